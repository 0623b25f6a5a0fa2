export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'trackly.theme';

function found(): Theme {
	try {
		const held = localStorage.getItem(KEY);
		return held === 'light' || held === 'dark' ? held : 'system';
	} catch {
		return 'system';
	}
}

/** The reader's theme on this machine. `/theme.js` sets it before the first paint. */
class ThemeChoice {
	#value = $state<Theme>(found());

	get value(): Theme {
		return this.#value;
	}

	set value(theme: Theme) {
		this.#value = theme;
		if (theme === 'system') delete document.documentElement.dataset.theme;
		else document.documentElement.dataset.theme = theme;
		try {
			if (theme === 'system') localStorage.removeItem(KEY);
			else localStorage.setItem(KEY, theme);
		} catch {
			// Storage is forbidden here: the choice lasts as long as the page.
		}
	}
}

export const theme = new ThemeChoice();
