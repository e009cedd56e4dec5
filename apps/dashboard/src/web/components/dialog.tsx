import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import './dialog.css';

interface Props {
  title: ReactNode;
  /** For its own looks, beside those of every dialog. */
  className?: string;
  /** Something is under way: Escape waits for it. */
  busy?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A real dialog: the browser keeps the focus in it, closes it on Escape and gives the focus back. It begins at what is
 * marked with `data-first`.
 */
export function Dialog({ title, className = '', busy = false, onClose, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-first]')?.focus();
    // Taken off the page without being closed, it would not give the focus back.
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={id}
      onCancel={(event) => busy && event.preventDefault()}
      onClose={() => {
        if (!ref.current?.open) onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
