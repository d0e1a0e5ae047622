/** Works that are dragged with the mouse: from a result, the card or the map's list into the blend or onto the picture. */
import type { DragEvent } from 'react';

const KIND = 'application/x-genstudio-work';

/** Properties of what can be picked up. */
export function dragged(id: string) {
  return {
    draggable: true,
    onDragStart: (event: DragEvent) => {
      event.dataTransfer.setData(KIND, id);
      event.dataTransfer.effectAllowed = 'copy';
    },
  };
}

/** Properties of a place where a work can be dropped. */
export function dropping(drop: (id: string) => void) {
  return {
    onDragOver: (event: DragEvent) => {
      if (event.dataTransfer.types.includes(KIND)) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      const id = event.dataTransfer.getData(KIND);
      if (!id) return;
      event.preventDefault();
      drop(id);
    },
  };
}
