import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issueOf } from '#lib/issues/testing.ts';
import { BlockCutter, frameOf, type Block } from './wire.ts';

const blocks = (text: string): Block[] => new BlockCutter().feed(text);
const frame = (text: string) => {
	const [block] = blocks(text);
	if (!block) throw new Error('no block');
	return frameOf(block);
};
const updated = {
	type: 'issue.updated',
	at: '2026-11-20T09:41:12.123456Z',
	actor: null,
	project: 'TRK'
};

describe('cutting', () => {
	it('gives id, event and data of a block', () => {
		expect(blocks('id: 1.2\nevent: issue.updated\ndata: {"a":1}\n\n')).toEqual([
			{ id: '1.2', event: 'issue.updated', data: '{"a":1}', retryMs: null }
		]);
	});

	it('waits for the end of a block', () => {
		const cutter = new BlockCutter();
		expect(cutter.feed('id: 1.2\nevent: hel')).toEqual([]);
		expect(cutter.feed('lo\ndata: {}\n')).toEqual([]);
		expect(cutter.feed('\n')).toHaveLength(1);
	});

	it('joins data lines, and drops comments and blocks of nothing', () => {
		expect(blocks(': ping\n\ndata: a\ndata: b\n\n')).toEqual([
			{ id: null, event: '', data: 'a\nb', retryMs: null }
		]);
	});

	it('reads retry only when it is a number', () => {
		expect(blocks('event: bye\nretry: 1500\n\n')[0]?.retryMs).toBe(1500);
		expect(blocks('event: bye\nretry: soon\n\n')[0]?.retryMs).toBeNull();
	});

	it('gives the same blocks however the bytes are cut, with any line end', () => {
		const text =
			'id: 1.1\nevent: hello\ndata: {"cursor":"1.1"}\n\nid: 1.2\n\nevent: sync\ndata: {}\n\n';
		fc.assert(
			fc.property(
				fc.constantFrom('\n', '\r\n', '\r'),
				fc.array(fc.nat(text.length * 2), { maxLength: 8 }),
				(end, cuts) => {
					const wire = text.replaceAll('\n', end);
					const places = [
						0,
						...cuts.map((cut) => cut % wire.length).sort((a, b) => a - b),
						wire.length
					];
					const cutter = new BlockCutter();
					const got = places.flatMap((from, at) =>
						cutter.feed(wire.slice(from, places[at + 1] ?? from))
					);
					// With a lone CR as line end the last block may still wait for a possible LF.
					const whole = new BlockCutter();
					expect([...got, ...cutter.feed('\n')]).toEqual([
						...whole.feed(wire),
						...whole.feed('\n')
					]);
				}
			)
		);
	});
});

describe('meaning', () => {
	it('an id alone is a beat that moves the cursor', () => {
		expect(frame('id: 1.99\n\n')).toEqual({ kind: 'beat', cursor: '1.99' });
	});

	it('hello takes its cursor from the body when there is no id', () => {
		expect(frame('event: hello\ndata: {"cursor":"1.7","floor":"1.1"}\n\n')).toEqual({
			kind: 'hello',
			cursor: '1.7'
		});
	});

	it('reset says why, and where the stream goes on', () => {
		const reset = { kind: 'reset', reason: 'too_old' };
		expect(frame('id: 2.7\nevent: reset\ndata: {"reason":"too_old"}\n\n')).toEqual({
			...reset,
			cursor: '2.7'
		});
		expect(frame('event: reset\ndata: {"reason":"too_old"}\n\n')).toEqual({
			...reset,
			cursor: null
		});
	});

	it('forget names entities, and only names', () => {
		const got = frame('id: 1.8\nevent: forget\ndata: {"entities":["TRK-12",5]}\n\n');
		expect(got).toEqual({ kind: 'forget', cursor: '1.8', entities: ['TRK-12'] });
	});

	it('bye says when to come back', () => {
		expect(frame('event: bye\nretry: 700\ndata: {}\n\n')).toEqual({
			kind: 'bye',
			cursor: null,
			retryMs: 700
		});
	});

	it('a known event is narrowed', () => {
		const body = { ...updated, issue: issueOf({ key: 'TRK-1' }), version: 2, changed: {} };
		const got = frame(`id: 1.9\nevent: issue.updated\ndata: ${JSON.stringify(body)}\n\n`);
		expect(got).toMatchObject({ kind: 'event', cursor: '1.9', event: { type: 'issue.updated' } });
	});

	it.each([
		['an unknown type', 'issue.exploded', { ...updated, issue: issueOf({}) }],
		['a body without its issue', 'issue.updated', updated],
		['a body without its time', 'issue.updated', { issue: issueOf({}) }]
	])('%s moves the cursor and nothing else', (_what, type, body) => {
		const got = frame(`id: 1.9\nevent: ${type}\ndata: ${JSON.stringify(body)}\n\n`);
		expect(got).toEqual({ kind: 'unknown', cursor: '1.9', type });
	});

	it('never throws, whatever comes', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (event, data) => {
				expect(frameOf({ id: null, event, data, retryMs: null }).kind).toBeTypeOf('string');
			})
		);
	});
});
