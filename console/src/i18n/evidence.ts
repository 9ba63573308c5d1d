import { define } from "./define";

export const evidence = define({ en: {}, fr: {}, de: {}, ru: {} });
