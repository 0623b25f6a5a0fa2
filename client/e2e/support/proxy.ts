import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A way to the server that can be cut, or go silent: what a browser meets when it is the server that is away. */
export interface Way {
	base: string;
	/** Nobody answers any more, and what was open breaks. */
	cut: () => void;
	/** What is open stays open, and nothing comes through. */
	silence: () => void;
	restore: () => void;
	close: () => Promise<void>;
}

export async function openWay(to: string): Promise<Way> {
	const { hostname, port } = new URL(to);
	const sockets = new Set<Socket>();
	let isCut = false;
	let isSilent = false;
	const server = createServer((near) => {
		if (isCut) return void near.destroy();
		const far = connect(Number(port), hostname);
		for (const socket of [near, far]) {
			sockets.add(socket);
			socket.on('error', () => undefined);
			socket.on('close', () => {
				sockets.delete(socket);
				near.destroy();
				far.destroy();
			});
		}
		near.on('data', (bytes) => isSilent || far.write(bytes));
		far.on('data', (bytes) => isSilent || near.write(bytes));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const breakAll = () => sockets.forEach((socket) => socket.destroy());
	return {
		base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		cut: () => {
			isCut = true;
			breakAll();
		},
		silence: () => {
			isSilent = true;
		},
		restore: () => {
			if (isSilent) breakAll();
			isCut = isSilent = false;
		},
		close: async () => {
			breakAll();
			await new Promise((resolve) => server.close(resolve));
		}
	};
}
