package dev.halley.examples.server;

import dev.halley.cometd.AllowedOrigins;
import dev.halley.cometd.UserResolver;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Refuses requests before anything happens: of pages whose origin is not allowed, with another name for this computer
 * if there is only that, and those that ask for their own headers back. Tells browsers what pages of other origins may.
 */
final class FrontDoor extends Handler.Wrapper {

    /** How long a browser may remember the answer to a preflight, in seconds. */
    private static final String REMEMBERED = "600";

    private static final Pattern LOOPBACK =
            Pattern.compile("(?i)(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\]|\\[(0{1,4}:){7}0{0,3}1\\])(:[0-9]{1,5})?");

    private final AllowedOrigins origins;
    private final boolean loopbackOnly;
    private final Runnable refused;

    /**
     * @param refused called for each page that is refused
     * @param loopbackOnly whether only names of this computer's loopback are accepted as the server's
     */
    FrontDoor(Handler inside, AllowedOrigins origins, boolean loopbackOnly, Runnable refused) {
        super(inside);
        this.origins = origins;
        this.loopbackOnly = loopbackOnly;
        this.refused = refused;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        List<String> asking = request.getHeaders().getValuesList(HttpHeader.ORIGIN);
        if (!asking.isEmpty()) {
            response.getHeaders().add(HttpHeader.VARY, "Origin");
        }
        try {
            admit(request, asking);
        } catch (Refusal refusal) {
            refusal.answer().write(response, callback);
            return true;
        }
        if (!asking.isEmpty() && origins.isListed(asking.get(0))) {
            let(asking.get(0), response.getHeaders());
            if (isPreflight(request)) {
                answerPreflight(request, response, callback);
                return true;
            }
        }
        List<String> names = request.getHeaders().getValuesList("gms_user");
        if (!names.isEmpty()) {
            request.setAttribute(UserResolver.GMS_USER_VALUES, names);
        }
        return super.handle(request, response, callback);
    }

    private void admit(Request request, List<String> asking) {
        List<String> hosts = request.getHeaders().getValuesList(HttpHeader.HOST);
        if (loopbackOnly
                && !hosts.stream().allMatch(host -> LOOPBACK.matcher(host).matches())) {
            throw Refusal.misdirected();
        }
        if (!origins.allows(asking, hosts, request.getHeaders().getValuesList("X-Forwarded-Host"))) {
            refused.run();
            throw Refusal.foreignOrigin(AllowedOrigins.refusal(asking));
        }
        if (request.getMethod().equals("TRACE")) {
            throw Refusal.methodNotAllowed();
        }
    }

    private static void let(String origin, HttpFields.Mutable headers) {
        headers.put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.put(HttpHeader.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        headers.put("Access-Control-Expose-Headers", "Retry-After, Halley-Next");
    }

    private static boolean isPreflight(Request request) {
        return request.getMethod().equals("OPTIONS") && request.getHeaders().contains("Access-Control-Request-Method");
    }

    private static void answerPreflight(Request request, Response response, Callback callback) {
        boolean agents = Request.getPathInContext(request).startsWith("/agent/");
        HttpFields.Mutable headers = response.getHeaders();
        headers.put("Access-Control-Allow-Methods", "GET, POST");
        headers.put("Access-Control-Allow-Headers", agents ? "Authorization, Content-Type" : "gms_user, Content-Type");
        headers.put("Access-Control-Max-Age", REMEMBERED);
        response.setStatus(204);
        response.write(true, null, callback);
    }
}
