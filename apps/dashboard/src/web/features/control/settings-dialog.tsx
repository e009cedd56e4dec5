import { useRef, useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Answers } from './answers.tsx';
import { Gone } from './gone.tsx';
import { SettingsEditor } from './settings-editor.tsx';
import { useActing } from './use-acting.ts';
import { useSettings } from './use-settings.ts';
import { type Target, useTarget } from './use-target.ts';

interface Props {
  row: number;
  proposed: unknown;
  onClose: () => void;
}

/** Other settings: edited from those in force, shown as a difference, then sent. */
export function SettingsDialog({ row, proposed, onClose }: Props) {
  const target = useTarget(row);
  if (!target) return <Gone onClose={onClose} />;
  return <Settings target={target} proposed={proposed} onClose={onClose} />;
}

function Settings({ target, proposed, onClose }: { target: Target; proposed: unknown; onClose: () => void }) {
  const acting = useActing(target, 'configure');
  // After somebody was quicker, what was sent is laid over the settings that are in force by then.
  const [round, setRound] = useState(0);
  const sent = useRef(proposed);
  const detail = useSettings(target.row, round);
  const { reply } = acting;
  const again = () => {
    setRound(round + 1);
    acting.again();
  };
  return (
    <Dialog
      title={
        <>
          Change settings of <span className="dialog-subject">{target.name}</span>
        </>
      }
      className="act-dialog settings-dialog"
      busy={acting.busy}
      onClose={onClose}
    >
      {reply ? (
        <Answers reply={reply} target={target} onAgain={again} onClose={onClose} />
      ) : typeof detail === 'object' ? (
        <SettingsEditor
          key={round}
          target={target}
          detail={detail}
          proposed={round === 0 ? proposed : sent.current}
          acting={acting}
          onSend={(settings) => {
            sent.current = settings;
            void acting.send(settings);
          }}
          onClose={onClose}
        />
      ) : (
        <p role="status">
          {detail === 'failed'
            ? 'The settings in force could not be read. Close this and try again.'
            : 'Reading the settings in force…'}
        </p>
      )}
    </Dialog>
  );
}
