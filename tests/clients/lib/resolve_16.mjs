// Lets modules of this folder find their packages in sdk-16/ instead; packages find their own as always.
const folder = new URL('../sdk-16/package.json', import.meta.url).href;

export function resolve(specifier, context, next) {
  const isPackage = /^[@a-z]/.test(specifier) && !specifier.startsWith('node:') && !specifier.startsWith('file:');
  const isOurs = context.parentURL && !context.parentURL.includes('/node_modules/');
  return next(specifier, isPackage && isOurs ? { ...context, parentURL: folder } : context);
}
