/** Builds the pages into dist/. The server gives dist/index.html as `/`, wall.html as `/wall`, join.html as `/join`, studio.html as `/studio`. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    // Safari 16 is the oldest phone browser that paints frames as these pages do (createImageBitmap with options, dvh units).
    target: ['es2022', 'safari16'],
    // Nothing is written into the pages as data: addresses, so that a strict content security policy can hold.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { start: 'index.html', wall: 'wall.html', join: 'join.html', studio: 'studio.html' } },
  },
  // The golden bytes of the wire lie with the tests of the whole project.
  server: { fs: { allow: ['.', '../../tests/golden'] } },
  test: { environment: 'jsdom', include: ['tests/**/*.test.{ts,tsx}'] },
});
