import { createContext, useContext } from "react";
import type { Me, Permission } from "../api/types";

export const SessionContext = createContext<Me | null>(null);

/** Who is signed in; only called inside of the signed-in part. */
export function useMe(): Me {
  const me = useContext(SessionContext);
  if (me === null) throw new Error("nobody is signed in");
  return me;
}

export function useMay(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}
