import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../lib/print.ts';
import { refreshPalette } from '../lib/palette.ts';
import { connection } from '../live/live.ts';
import { App } from './app.tsx';
import '@cb/timeline/colours.css';
import './font.css';
import './theme.css';
import './app.css';
import './access.css';
import './print.css';

connection.open();
// Canvas text is measured in the page's own font: paint again once it is there.
void document.fonts.ready.then(refreshPalette);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
