package dev.halley;

/** Whether the customer of a chat is there. */
public enum Presence {
    /** Connected, expected within seconds, or polling. */
    ONLINE,
    /** The app is in the background, was killed, or never connected. */
    AWAY,
    /** The chat has ended. */
    ENDED
}
