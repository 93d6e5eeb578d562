export default {
    build: { chunkSizeWarningLimit: 1e5, sourcemap: false, minify: false },
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    logLevel: 'warn',
    publicDir: false,
};
