import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { focusHeading, isInDialog, isTyping } from '../lib/focus.ts';
import { useConnectionState } from '../live/hooks.ts';
import { useWall } from './wall.ts';

/**
 * After another page was opened the focus is on its heading, where reading begins; not on what is gone. Who is typing
 * (the search leads to another page) goes on typing.
 */
export function useRouteFocus(): void {
  const [path] = useLocation();
  // The form that asks for a token is a page as well.
  const locked = useConnectionState() === 'unauthorized';
  // So is the wall.
  const wall = useWall();
  const page = `${locked} ${wall} ${path}`;
  const last = useRef(page);
  const back = useRef(false);
  useEffect(() => {
    const onPop = () => {
      back.current = true;
    };
    addEventListener('popstate', onPop);
    return () => removeEventListener('popstate', onPop);
  }, []);
  useEffect(() => {
    if (page === last.current) return;
    last.current = page;
    // On the way back the browser itself knows how far down the page was.
    if (!back.current) scrollTo(0, 0);
    back.current = false;
    const { activeElement } = document;
    if ((isTyping(activeElement) && activeElement?.isConnected) || isInDialog(activeElement)) return;
    if (focusHeading()) return;
    // The heading comes with the first answer of the server.
    const wait = new MutationObserver(() => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (!lost || focusHeading()) wait.disconnect();
    });
    wait.observe(document.body, { childList: true, subtree: true });
    return () => wait.disconnect();
  }, [page]);
}
