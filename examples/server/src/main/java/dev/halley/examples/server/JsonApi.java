package dev.halley.examples.server;

import dev.halley.RefusedException;
import java.io.EOFException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls below a path, answered in JSON. No thread waits for a body or for the engine. */
abstract class JsonApi extends Handler.Abstract.NonBlocking {

    private static final Logger log = LoggerFactory.getLogger(JsonApi.class);

    private final String base;

    /** @param base the path, with a slash at both ends */
    JsonApi(String base) {
        this.base = base;
    }

    /** Throws a {@link Refusal} if the caller has no access. */
    abstract void admit(Request request);

    /** Answers a call. A {@link Refusal}, thrown or in the stage, is also an answer. */
    abstract CompletionStage<Answer> answer(Request request, List<String> path, Fields fields);

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = Request.getPathInContext(request);
        if (!path.startsWith(base)) {
            return false;
        }
        List<String> steps = List.of(path.substring(base.length()).split("/"));
        read(request)
                .thenCompose(body -> {
                    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
                    Fields fields = Fields.of(request.getHttpURI().getQuery(), type, body);
                    return answer(request, steps, fields);
                })
                .exceptionally(JsonApi::refused)
                .thenAccept(answer -> answer.write(response, callback))
                .whenComplete((written, failure) -> {
                    if (failure != null) {
                        callback.failed(failure);
                    }
                });
        return true;
    }

    private CompletionStage<byte[]> read(Request request) {
        try {
            admit(request);
            return Body.of(request);
        } catch (Refusal refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    private static Answer refused(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof Refusal refusal) {
            return refusal.answer();
        }
        if (cause instanceof RefusedException refused) {
            return Refusal.of(refused).answer();
        }
        if (!(cause instanceof QuietException) && !(cause instanceof EOFException)) {
            log.warn("A call failed: {}", cause.getClass().getName());
            log.debug("It failed at {}", Arrays.toString(cause.getStackTrace()));
        }
        return Refusal.unavailable().answer();
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
