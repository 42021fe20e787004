/** Starts the page: makes control characters visible, applies the stored theme, and draws the app. */
import './style.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { showControlsEverywhere } from './show-controls.ts';
import { applyTheme, keptTheme } from './theme.ts';

showControlsEverywhere();
applyTheme(keptTheme());
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
