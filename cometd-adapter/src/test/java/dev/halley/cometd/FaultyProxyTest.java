package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halley.cometd.FaultyProxy.Fault;
import dev.halley.cometd.FaultyProxy.Newcomers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The proxy fails as it says, seen from both ends: what the tests of silent loss rest on. */
class FaultyProxyTest {

    private ServerSocket target;
    private FaultyProxy proxy;
    private Socket client;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy = new FaultyProxy(target.getLocalPort());
        client = connectToProxy();
        server = target.accept();
        server.setSoTimeout(5_000);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        proxy.close();
        target.close();
    }

    @Test
    void sound_passesBothWays_andPassesOnTheEnd() throws IOException {
        client.getOutputStream().write('a');
        assertThat(server.getInputStream().read()).isEqualTo('a');
        server.getOutputStream().write('b');
        assertThat(client.getInputStream().read()).isEqualTo('b');
        client.close();
        assertThat(server.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void reset_isSeenByBothEnds() throws IOException {
        proxy.fail(Fault.RESET, Newcomers.REFUSED);
        for (Socket end : new Socket[] {client, server}) {
            assertThatThrownBy(() -> end.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Connection reset");
        }
    }

    @Test
    void closed_isTheEndOfTheStreamForBothEnds() throws IOException {
        proxy.fail(Fault.CLOSED, Newcomers.REFUSED);
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(server.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void frozen_takesWhatIsWritten_andPassesNothing_notEvenTheEnd() throws IOException {
        proxy.fail(Fault.FROZEN, Newcomers.IGNORED);
        client.getOutputStream().write('a');
        server.getOutputStream().write('b');
        server.setSoTimeout(200);
        client.setSoTimeout(200);
        for (Socket end : new Socket[] {client, server}) {
            assertThatThrownBy(() -> end.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
        client.close();
        assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void newcomers_areRefused() throws IOException {
        proxy.fail(Fault.FROZEN, Newcomers.REFUSED);
        assertThatThrownBy(this::connectToProxy).isInstanceOf(ConnectException.class);
    }

    @Test
    void newcomers_areIgnored() throws IOException {
        proxy.fail(Fault.RESET, Newcomers.IGNORED);
        target.setSoTimeout(200);
        try (Socket newcomer = connectToProxy()) {
            newcomer.setSoTimeout(200);
            newcomer.getOutputStream().write('a');
            assertThatThrownBy(() -> newcomer.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            assertThatThrownBy(() -> target.accept()).isInstanceOf(SocketTimeoutException.class);
        }
    }

    private Socket connectToProxy() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(5_000);
        return socket;
    }
}
