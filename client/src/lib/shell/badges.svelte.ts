/** The small numbers beside the pages. `null` = unknown, and not shown. */
class Badges {
	/** Issues that changed since the reader looked; set by the feed. */
	feed = $state<number | null>(null);
	/** Issues that are not done, within the reader's rights. */
	issues = $state<number | null>(null);
}

export const badges = new Badges();
