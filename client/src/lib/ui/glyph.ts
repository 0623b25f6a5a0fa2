import type Any from '@lucide/svelte/icons/x';
import type { Component, ComponentProps } from 'svelte';

/** What a glyph takes: by way of one of them, since the package's index brings 8,000 files to the type checker. */
export type GlyphProps = ComponentProps<typeof Any>;
export type Glyph = Component<GlyphProps>;
