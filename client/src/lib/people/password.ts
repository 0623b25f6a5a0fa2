/** What is hard to confuse when it is read aloud or copied by hand. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const GROUPS = 4;
const GROUP = 5;

/** A password for somebody's first login: 116 bits, in four groups, such as `k7Rwq-…`. */
export function makePassword(): string {
	const letters = Array.from({ length: GROUPS * GROUP }, letter).join('');
	return letters.match(/.{5}/g)?.join('-') ?? letters;
}

/** One letter; bytes that would make some letters likelier are thrown away. */
function letter(): string {
	const most = 256 - (256 % LETTERS.length);
	for (;;) {
		const [byte = most] = crypto.getRandomValues(new Uint8Array(1));
		if (byte < most) return LETTERS[byte % LETTERS.length] ?? '';
	}
}

/** The server takes nothing shorter. */
export const SHORTEST = 12;

/** How somebody comes to a password: stays as it is · made here · typed by the admin · none, single sign-on only. */
export type PasswordWay = 'keep' | 'made' | 'typed' | 'none';
