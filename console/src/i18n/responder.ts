import { define } from "./define";

export const responder = define({ en: {}, fr: {}, de: {}, ru: {} });
