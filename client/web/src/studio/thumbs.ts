/** Small pictures of works (`/thumbs/ID`) for the map: fetched when they would be seen, the newest kept, failures forgotten. */

/** Kept at once: two screens full, 192 pixels each. */
const KEPT = 240;
/** On their way at once: a browser opens six connections to a server, and the search wants some too. */
const AT_ONCE = 4;
/** A picture that is not there now may come from its museum later. */
const AGAIN_MS = 60_000;

type Thumb = { picture: HTMLImageElement; came: boolean };

export class Thumbs {
  #thumbs = new Map<string, Thumb>();
  #missing = new Map<string, number>();
  #wanted: readonly string[] = [];
  #underWay = 0;

  /** `came` is called when there is a new one to draw. */
  constructor(
    private readonly came: () => void,
    private readonly load: (address: string) => Promise<HTMLImageElement> = loaded,
  ) {}

  /** The picture of a work, when it is there. */
  of(id: string): HTMLImageElement | null {
    const thumb = this.#thumbs.get(id);
    return thumb?.came ? thumb.picture : null;
  }

  /** Those in sight now, most wanted first; what was wanted before and has not begun is not fetched. */
  want(ids: readonly string[], nowMs: number): void {
    for (const id of ids) {
      this.#touch(id);
      if ((this.#missing.get(id) ?? nowMs) + AGAIN_MS < nowMs) this.#missing.delete(id);
    }
    this.#wanted = ids;
    this.#fetch(nowMs);
  }

  #fetch(nowMs: number): void {
    for (const id of this.#wanted) {
      if (this.#underWay >= AT_ONCE) return;
      if (!this.#thumbs.has(id) && !this.#missing.has(id)) void this.#one(id, nowMs);
    }
  }

  async #one(id: string, nowMs: number): Promise<void> {
    this.#underWay += 1;
    this.#thumbs.set(id, { picture: new Image(), came: false });
    try {
      this.#thumbs.set(id, { picture: await this.load(`/thumbs/${encodeURIComponent(id)}`), came: true });
      this.came();
    } catch {
      this.#thumbs.delete(id);
      this.#missing.set(id, nowMs);
    }
    this.#underWay -= 1;
    this.#forget();
    this.#fetch(nowMs);
  }

  /** The last seen goes last. */
  #touch(id: string): void {
    const thumb = this.#thumbs.get(id);
    if (!thumb) return;
    this.#thumbs.delete(id);
    this.#thumbs.set(id, thumb);
  }

  #forget(): void {
    for (const [id, { came }] of this.#thumbs) {
      if (this.#thumbs.size <= KEPT) return;
      if (came) this.#thumbs.delete(id);
    }
  }
}

async function loaded(address: string): Promise<HTMLImageElement> {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture;
}
