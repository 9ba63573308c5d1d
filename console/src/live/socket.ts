// The one WebSocket. It comes back by itself; whoever looks is told how old everything is.
import type { HealthMessage, HelloMessage, IncidentOut, IncidentsMessage, PictureMessage } from "./messages";
import { liveState, setLive } from "./state";

const SIGN_IN = 4401;
const MAY_NOT = 4403;
const FULL = 4429;
export const SILENT_MS = 3000;

type Message = HelloMessage | PictureMessage | HealthMessage | IncidentsMessage;

export function takeMessage(message: Message, now: number, wall: number): void {
  const before = liveState();
  const seen = { heardAt: now };
  const offset = (serverMs: number): number => serverMs - wall;
  switch (message.type) {
    case "hello":
      setLive({ ...seen, link: "open", hello: message, offsetMs: offset(message.now_utc_ms) });
      break;
    case "picture":
      setLive({ ...seen, picture: message, pictureAt: now, offsetMs: offset(message.now_utc_ms) });
      break;
    case "health":
      setLive({ ...seen, health: message, healthAt: now });
      break;
    case "incidents": {
      const incidents = new Map<string, IncidentOut>(message.is_all ? [] : before.incidents);
      for (const one of message.incidents) incidents.set(one.incident_id, one);
      for (const gone of message.gone) incidents.delete(gone);
      setLive({ ...seen, incidents, overview: message.overview });
      break;
    }
  }
}

/** Connect and stay connected; returns what ends it. */
export function connect(): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  let failures = 0;

  const again = (): void => {
    if (ended) return;
    const waitMs = Math.min(500 * 2 ** failures, 5000) * (0.7 + 0.6 * Math.random());
    failures += 1;
    timer = setTimeout(open, waitMs);
  };

  function open(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const mine = new WebSocket(`${scheme}://${location.host}/api/v1/live`);
    socket = mine;
    mine.onmessage = (event: MessageEvent<string>) => {
      failures = 0;
      takeMessage(JSON.parse(event.data) as Message, performance.now(), Date.now());
    };
    mine.onclose = (event) => {
      if (ended || socket !== mine) return;
      if (event.code === SIGN_IN) return setLive({ link: "signed_out" });
      if (event.code === MAY_NOT) return setLive({ link: "not_allowed" });
      setLive({ link: event.code === FULL ? "full" : "lost" });
      again();
    };
  }

  // A half-open connection says nothing: silence is a loss, too.
  const watch = setInterval(() => {
    const { link, heardAt } = liveState();
    if (link === "open" && performance.now() - heardAt > SILENT_MS) {
      setLive({ link: "lost" });
      const old = socket;
      socket = null;
      old?.close();
      again();
    }
  }, 500);

  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(watch);
    socket?.close();
  };
}
