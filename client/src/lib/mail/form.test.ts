import { describe, expect, it } from 'vitest';
import { asSent, fieldsOf, filledBy, isPlainElsewhere, isPort, needsPassword } from './form.ts';
import { lines } from './lines.ts';
import type { MailServer, Preset } from './types.ts';

const STORED: MailServer = {
	preset: 'custom',
	host: 'mail.example.org',
	port: 587,
	security: 'starttls',
	plain_text_allowed: false,
	username: 'me',
	has_password: true,
	from_address: 'trackly@example.org',
	from_name: 'Trackly',
	reply_to: null,
	is_active: true,
	tested_at: null,
	test_ok: null,
	version: 3,
	updated_at: '2026-11-20T09:41:12.123456Z'
};

describe('the form', () => {
	it('sends back what it was given, and no password', () => {
		const sent = asSent(fieldsOf(STORED), '');
		expect(sent).toEqual({
			preset: 'custom',
			host: 'mail.example.org',
			port: 587,
			security: 'starttls',
			plain_text_allowed: false,
			username: 'me',
			from_address: 'trackly@example.org',
			from_name: 'Trackly',
			reply_to: null,
			is_active: true
		});
		expect('password' in sent).toBe(false);
		expect(asSent(fieldsOf(STORED), 'typed').password).toBe('typed');
	});

	it('takes what a provider fills in, and keeps a host that the provider does not have', () => {
		const preset = { name: 'x', host: 'smtp.example.com', port: 465, security: 'tls' } as Preset;
		expect(filledBy(preset)).toEqual({
			preset: 'x',
			host: 'smtp.example.com',
			port: '465',
			security: 'tls'
		});
		expect('host' in filledBy({ ...preset, host: '' })).toBe(false);
	});

	it.each([
		[{}, false],
		[{ from_name: 'Other' }, false],
		[{ host: 'evil.example.org' }, true],
		[{ port: '25' }, true],
		[{ security: 'none' as const }, true],
		[{ username: 'you' }, true],
		[{ username: '' }, false]
	])('with %o the password has to be given again: %s', (change, needed) => {
		expect(needsPassword(STORED, { ...fieldsOf(STORED), ...change })).toBe(needed);
	});

	it.each([
		['127.0.0.1', false],
		['localhost', false],
		['::1', false],
		['localhost.example.org', true],
		['10.0.0.1', true],
		['', false]
	])('plain text to %s leaves this machine: %s', (host, leaves) => {
		expect(isPlainElsewhere({ ...fieldsOf(null), security: 'none', host })).toBe(leaves);
	});

	it.each([
		['1', true],
		['65535', true],
		['0', false],
		['65536', false],
		['x', false],
		['', false]
	])('%s is a port: %s', (text, is) => {
		expect(isPort(text)).toBe(is);
	});
});

describe('lines', () => {
	it('come whole, however they were cut', async () => {
		const pieces = ['{"a":', '1}\n{"b"', ':"ü"}\n', '{"c":3}'];
		const body = new ReadableStream<Uint8Array>({
			start(controller) {
				for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
				controller.close();
			}
		});
		const found: string[] = [];
		for await (const line of lines(new Response(body))) found.push(line);
		expect(found).toEqual(['{"a":1}', '{"b":"ü"}', '{"c":3}']);
	});
});
