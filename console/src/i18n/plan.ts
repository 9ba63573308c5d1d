import { define } from "./define";

export const plan = define({ en: {}, fr: {}, de: {}, ru: {} });
