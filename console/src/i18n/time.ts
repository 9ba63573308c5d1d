import { define } from "./define";

export const time = define({ en: {}, fr: {}, de: {}, ru: {} });
