import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

/** Serves build/ the way the Trackly server does: files, else index.html, under the same strict policy. */
const POLICY = [
	"default-src 'self'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' blob: data:",
	"connect-src 'self'",
	"worker-src 'self'",
	"object-src 'none'",
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'"
].join('; ');

const TYPES: Record<string, string> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript',
	'.css': 'text/css',
	'.svg': 'image/svg+xml',
	'.json': 'application/json',
	'.woff2': 'font/woff2'
};

const root = join(import.meta.dirname, '../../build');

createServer((request, response) => {
	const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
	const wanted = join(root, path);
	const isFile = wanted.startsWith(root) && existsSync(wanted) && statSync(wanted).isFile();
	const file = isFile ? wanted : join(root, 'index.html');
	response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
	response.setHeader('Content-Security-Policy', POLICY);
	createReadStream(file).pipe(response);
}).listen(Number(process.argv[2]), '127.0.0.1');
