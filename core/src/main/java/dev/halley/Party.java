package dev.halley;

/** Who did something in a chat. There are no others: a known client crashes on an unknown one. */
public enum Party {
    /** The one who helps. */
    AGENT,
    /** The customer. */
    CLIENT,
    /** Someone who looks over the agent's shoulder. */
    SUPERVISOR,
    /** Anybody else: a bot, a system. */
    EXTERNAL
}
