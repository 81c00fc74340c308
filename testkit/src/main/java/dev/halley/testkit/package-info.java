/**
 * What tests of chats, providers, stores and adapters need: a clock that tests move, fakes that record, and contracts.
 */
@NullMarked
package dev.halley.testkit;

import org.jspecify.annotations.NullMarked;
