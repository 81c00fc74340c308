package dev.halley.examples.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** The body of a request. Completes when it has arrived, or with a {@link Refusal} if it never will. */
final class Body extends CompletableFuture<byte[]> implements Runnable {

    /** The largest body, in bytes. */
    static final int MOST = 256 * 1024;

    private final Request request;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private Body(Request request) {
        this.request = request;
    }

    static CompletableFuture<byte[]> of(Request request) {
        Body body = new Body(request);
        body.run();
        return body;
    }

    /** Reads what has arrived; Jetty calls again when there is more. */
    @Override
    public void run() {
        while (!isDone()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                completeExceptionally(refusal(chunk.getFailure()));
                return;
            }
            take(chunk);
            chunk.release();
        }
    }

    private static Refusal refusal(Throwable failure) {
        if (failure instanceof Refusal refusal) {
            return refusal;
        }
        return failure instanceof TimeoutException ? Refusal.tooSlow() : Refusal.malformed("The body did not arrive");
    }

    private void take(Content.Chunk chunk) {
        ByteBuffer buffer = chunk.getByteBuffer();
        if (bytes.size() + buffer.remaining() > MOST) {
            completeExceptionally(Refusal.tooLarge("A body has at most " + MOST + " bytes"));
            return;
        }
        byte[] taken = new byte[buffer.remaining()];
        buffer.get(taken);
        bytes.writeBytes(taken);
        if (chunk.isLast()) {
            complete(bytes.toByteArray());
        }
    }
}
