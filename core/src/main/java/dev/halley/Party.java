package dev.halley;

/** Who did something in a chat. There will be no others, for some clients crash on one that they do not know. */
public enum Party {
    /** The agent. */
    AGENT,
    /** The customer. */
    CLIENT,
    /** Someone who watches over the agent. */
    SUPERVISOR,
    /** Anybody else, such as a bot or a system. */
    EXTERNAL
}
