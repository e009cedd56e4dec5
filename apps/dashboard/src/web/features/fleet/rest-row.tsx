import { count } from '../../lib/format.ts';

interface Props {
  group: string;
  count: number;
  index: number;
  top: number;
  height: number;
  /** The tab key comes to the list here. */
  entry: boolean;
  onShow: (group: string) => void;
}

/** In place of the many breakers of a group with which nothing is wrong. */
export function RestRow({ group, count: hidden, index, top, height, entry, onShow }: Props) {
  return (
    <tr
      className="fleet-row fleet-rest"
      aria-rowindex={index + 2}
      aria-level={2}
      tabIndex={entry ? 0 : -1}
      data-row={index}
      data-rest={group}
      style={{ transform: `translateY(${top}px)`, height }}
      onClick={() => onShow(group)}
    >
      <td>{count(hidden)} more, all closed — show them</td>
    </tr>
  );
}
