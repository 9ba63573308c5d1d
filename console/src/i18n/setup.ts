import { define } from "./define";

export const setup = define({ en: {}, fr: {}, de: {}, ru: {} });
