package dev.halley;

/** Where the customer of a chat is. */
public enum Presence {
    /** Connected, expected within seconds, or polling. */
    ONLINE,
    /** In the background, killed, or never arrived. */
    AWAY,
    /** The chat is over. */
    ENDED
}
