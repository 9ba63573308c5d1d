import { define } from "./define";

export const incidents = define({ en: {}, fr: {}, de: {}, ru: {} });
