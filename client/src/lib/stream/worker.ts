/// <reference lib="webworker" />
import { renewLogin } from '#lib/api/transport.ts';
import type { ToReader, ToTab } from './messages.ts';
import { Station } from './station.ts';

const ports = new Set<MessagePort>();
const tell = (message: ToTab) => ports.forEach((port) => port.postMessage(message));
const station = new Station(tell, renewLogin);

(self as unknown as SharedWorkerGlobalScope).onconnect = (event) => {
	const port = event.ports[0];
	if (!port) return;
	ports.add(port);
	port.onmessage = ({ data }: MessageEvent<ToReader>) => {
		if (data.kind === 'leave') ports.delete(port);
		else station.take(data);
		if (ports.size === 0) station.stop();
	};
};
