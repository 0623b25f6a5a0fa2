/** Where the cursor of a list goes; null when the key does not move it. */
export function moveIn(key: string, at: number, length: number): number | null {
	if (length === 0) return null;
	switch (key) {
		case 'ArrowDown':
			return (at + 1) % length;
		case 'ArrowUp':
			return (at - 1 + length) % length;
		case 'Home':
			return 0;
		case 'End':
			return length - 1;
		default:
			return null;
	}
}
