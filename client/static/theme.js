// Before the first paint: the theme this reader chose. No attribute = the system's choice.
try {
	const theme = localStorage.getItem('trackly.theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
	// Storage is forbidden here: the system's choice stands.
}
