/** What the server tells of a room to anyone who asks: which generator, and the address by which others join. */
import { roomApi } from './address';
import { fields, number, text } from './checks';

export type RoomInfo = {
  model: string;
  /** Side of a frame in pixels. */
  resolution: number;
  /** Absolute address of the join page, as others in this network reach it. */
  join: string;
};

/** Rejects with Error or Malformed. */
export async function infoOf(room: string, get: typeof fetch = fetch): Promise<RoomInfo> {
  const answer = await get(roomApi(room));
  if (!answer.ok) throw new Error(`room ${room} could not be read: HTTP ${answer.status}`);
  const body = fields(await answer.json(), 'room answer');
  return {
    model: text(body['model'], 'room.model'),
    resolution: number(body['resolution'], 'room.resolution'),
    join: text(body['join'], 'room.join'),
  };
}
