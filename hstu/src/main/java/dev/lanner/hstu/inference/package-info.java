/**
 * Serving: a user's history is encoded once into a cache, and candidates are scored against it ({@link
 * dev.lanner.hstu.inference.MFalcon}); nearest items by exact or approximate search ({@link dev.lanner.hstu.inference.ItemIndex}).
 */
package dev.lanner.hstu.inference;
