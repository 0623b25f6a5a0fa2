/** Moves positions at least `gap` apart, as little as can be, in their order, within `least` and `most`. */
export function spread(at: readonly number[], gap: number, least: number, most: number): number[] {
	const groups: { center: number; size: number }[] = [];
	for (const center of at) {
		groups.push({ center, size: 1 });
		for (let last = groups.length - 1; last > 0; last -= 1) {
			const [a, b] = [groups[last - 1], groups[last]];
			if (!a || !b || b.center - a.center >= ((a.size + b.size) / 2) * gap) break;
			const size = a.size + b.size;
			groups.splice(last - 1, 2, { center: (a.center * a.size + b.center * b.size) / size, size });
		}
	}
	return groups.flatMap(({ center, size }) => {
		const half = ((size - 1) / 2) * gap;
		const middle = Math.max(least + half, Math.min(most - half, center));
		return Array.from({ length: size }, (_, n) => middle - half + n * gap);
	});
}
