/** What is dragged has files in it. */
export const holdsFiles = (event: DragEvent): boolean =>
	event.dataTransfer?.types.includes('Files') ?? false;

/** The files that were dropped. */
export const filesIn = (event: DragEvent): File[] => [...(event.dataTransfer?.files ?? [])];
