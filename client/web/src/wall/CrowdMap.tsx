/** The map on the wall, with everybody's colour streaming to the point. */
import { useEffect, useState } from 'react';
import type { Chart } from '../chart';
import { MapView } from '../parts/MapView';
import type { Room } from '../room';
import type { Person } from '../wire';
import type { Works } from '../works';

export function CrowdMap({ room, works, people }: { room: Room; works: Works | null; people: readonly Person[] }) {
  const [chart, setChart] = useState<Chart | null>(null);
  useEffect(() => chart?.people(people, null), [chart, people]);
  return <MapView room={room} works={works} onChart={setChart} />;
}
