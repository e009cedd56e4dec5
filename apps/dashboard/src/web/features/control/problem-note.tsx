import { useEffect, useRef } from 'react';

/** Why it was not sent, or not done. Where the form is longer than the screen, it is brought into sight. */
export function ProblemNote({ problem }: { problem: string | undefined }) {
  const ref = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (problem !== undefined) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [problem]);
  if (problem === undefined) return null;
  return (
    <p ref={ref} className="act-problem" role="alert">
      {problem}
    </p>
  );
}
