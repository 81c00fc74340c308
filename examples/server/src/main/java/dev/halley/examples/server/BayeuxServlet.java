package dev.halley.examples.server;

import com.google.common.base.Throwables;
import dev.halley.ChatEngine;
import dev.halley.cometd.AllowedOrigins;
import dev.halley.cometd.CometdAdapter;
import dev.halley.cometd.UserResolver;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import org.cometd.bayeux.server.ServerSession;
import org.cometd.server.ServerSessionImpl;
import org.cometd.server.http.jakarta.CometDServlet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CometD over long-polling. Answers a client's error with a 4xx status, and answers held polls when the server stops.
 */
@SuppressWarnings("serial") // No servlet is ever serialised.
final class BayeuxServlet extends CometDServlet {

    /** Which sites' pages send CometD's cookie along: the server's own, except for those that may. */
    static final String SAME_SITE = "Lax";

    private static final Logger log = LoggerFactory.getLogger(BayeuxServlet.class);

    private static final String BROWSER = "BAYEUX_BROWSER";
    private static final int MOST_OF_COOKIE = 64;

    private final ChatEngine engine;
    private final FailedKeys failedKeys;
    private final AllowedOrigins origins;
    private volatile boolean stopping;

    BayeuxServlet(ChatEngine engine, FailedKeys failedKeys, AllowedOrigins origins) {
        this.engine = engine;
        this.failedKeys = failedKeys;
        this.origins = origins;
    }

    @Override
    public void init() throws ServletException {
        super.init();
        if (engine.settings().requireSecureKey()) {
            getBayeuxServer()
                    .addExtension(new SlowHandshakes(engine.connections(), failedKeys, UserResolver.gmsUser()));
        }
        CometdAdapter.install(getBayeuxServer(), engine);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (stopping) {
            answer(response, Refusal.unavailable());
        } else if (request.getContentLengthLong() > Body.MOST) {
            answer(response, messagesTooLarge());
        } else if (!isReadable(request.getCharacterEncoding())) {
            answer(response, Refusal.malformed("Messages are written in UTF-8"));
        } else if (hasLongCookie(request)) {
            answer(response, Refusal.malformed("The cookie " + BROWSER + " is not one of this server's"));
        } else if (!request.getMethod().equals("POST") && !request.getMethod().equals("OPTIONS")) {
            answer(response, Refusal.methodNotAllowed());
        } else {
            super.service(request, isOfAnotherSite(request) ? new CookieForAnotherSite(response) : response);
        }
    }

    /** Whether a page asks that may, and whose browser keeps cookies from other sites unless they say otherwise. */
    private boolean isOfAnotherSite(HttpServletRequest request) {
        String origin = request.getHeader("Origin");
        // Without TLS no cookie goes to another site at all, and within a site Lax is enough.
        return origin != null && !origin.startsWith("http://") && origins.isListed(origin);
    }

    /** Lets pages of another site use CometD's cookie, which is otherwise for the server's own site. */
    private static final class CookieForAnotherSite extends HttpServletResponseWrapper {
        CookieForAnotherSite(HttpServletResponse response) {
            super(response);
        }

        @Override
        public void addHeader(String name, String value) {
            super.addHeader(name, value.replace("SameSite=" + SAME_SITE, "SameSite=None; Secure"));
        }
    }

    /** Answers the held polls; from now on no poll is held. */
    void end() {
        stopping = true;
        for (ServerSession session : getBayeuxServer().getSessions()) {
            ((ServerSessionImpl) session).destroyScheduler();
        }
    }

    @Override
    protected void sendError(
            HttpServletRequest request, HttpServletResponse response, int code, @Nullable Throwable failure) {
        try {
            answer(response, refusal(code, failure));
        } catch (IOException | IllegalStateException e) {
            log.debug("The client is gone before its answer", e);
        }
    }

    private Refusal refusal(int code, @Nullable Throwable failure) {
        if (failure instanceof Refusal refusal) {
            return refusal;
        }
        if (stopping) {
            return Refusal.unavailable();
        }
        if (failure != null
                && Throwables.getCausalChain(failure).stream().anyMatch(TimeoutException.class::isInstance)) {
            return Refusal.tooSlow();
        }
        if (String.valueOf(failure).contains("Max message size")) {
            return messagesTooLarge();
        }
        if (code >= 500 && !(failure instanceof IOException)) {
            log.warn(
                    "A message could not be handled: {}",
                    failure == null ? code : failure.getClass().getName());
            return Refusal.unavailable();
        }
        return Refusal.malformed("The body is not a Bayeux message or an array of them");
    }

    private static void answer(HttpServletResponse response, Refusal refusal) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.resetBuffer();
        response.setStatus(refusal.status());
        response.setContentType("application/json;charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        if (refusal.status() == 408) {
            response.setHeader("Connection", "close");
        }
        response.getOutputStream().write(Json.bytes(refusal.answer().body()));
    }

    private static Refusal messagesTooLarge() {
        return Refusal.tooLarge("Messages have at most " + Body.MOST + " bytes");
    }

    /** Other encodings make CometD take memory outside the heap, several times what has arrived. */
    private static boolean isReadable(@Nullable String encoding) {
        return encoding == null || encoding.equalsIgnoreCase("UTF-8") || encoding.equalsIgnoreCase("US-ASCII");
    }

    /** CometD keeps it as long as the session, whatever its client has put there. */
    private static boolean hasLongCookie(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        return cookies != null
                && Arrays.stream(cookies)
                        .anyMatch(cookie -> cookie.getName().equals(BROWSER)
                                && cookie.getValue().length() > MOST_OF_COOKIE);
    }
}
