declare global {
	namespace App {
		interface Error {
			message: string;
			requestId?: string | null;
		}
	}
}

export {};
