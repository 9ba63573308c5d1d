import { useEffect } from "react";

/** Keep the screen on while somebody is on the way: a dark one must be woken with a hand that is needed. */
export function useAwake(isOn: boolean): void {
  useEffect(() => {
    if (!isOn || !("wakeLock" in navigator)) return;
    let held: WakeLockSentinel | null = null;
    let isGone = false;
    const hold = (): void => {
      if (document.visibilityState !== "visible") return;
      navigator.wakeLock.request("screen").then(
        (lock) => {
          held = lock;
          if (isGone) void lock.release();
        },
        () => undefined, // a low battery may refuse it
      );
    };
    hold();
    document.addEventListener("visibilitychange", hold);
    return () => {
      isGone = true;
      document.removeEventListener("visibilitychange", hold);
      void held?.release();
    };
  }, [isOn]);
}
