/** What a test of a chat, a provider, a store or an adapter needs: a clock that it moves, fakes that record, and contracts. */
@NullMarked
package dev.halley.testkit;

import org.jspecify.annotations.NullMarked;
