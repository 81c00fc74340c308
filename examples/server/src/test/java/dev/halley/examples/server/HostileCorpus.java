package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Requests and messages that an attacker may send, with the status that each is answered with. {@code $chat} stands for
 * the path of the victim's chat, {@code $own} for that of a chat which may be written to, {@code $id} for the client id
 * of the victim's last session, which is gone, {@code $session} for the victim's {@code chatSessionId}.
 */
final class HostileCorpus {

    static final int MOST = Body.MOST;

    /** Each shape of a position that can't be read. */
    static final List<String> POSITIONS = List.of(
            "null",
            "true",
            "\"\"",
            "\" \"",
            "\"4 \"",
            "\"+1\"",
            "\"-1\"",
            "-1",
            "-0.5",
            "1.5",
            "1e0",
            "1e400",
            "\"1e0\"",
            "\"0x1\"",
            "\"1_0\"",
            "\"٣\"",
            "\"１\"",
            "\"1\\u0000\"",
            "\"\\ud800\"",
            "\"4.0\"",
            "[]",
            "[1]",
            "[[[[1]]]]",
            "{}",
            "{\"transcriptPosition\":1}",
            "99999999999999999999999999",
            "9223372036854775808",
            "-9223372036854775809",
            "9223372036854775807",
            "\"9223372036854775807\"",
            "\"999999999999999999\"",
            "\"1000000000000000000\"",
            "\"" + "9".repeat(26) + "\"",
            "\"" + "9".repeat(100_000) + "\"",
            "\"" + "0".repeat(19) + "\"");

    /** A request over HTTP. */
    record Request(String name, String expected, String latin1) {
        byte[] bytes() {
            return latin1.getBytes(ISO_8859_1);
        }

        @Override
        public String toString() {
            return name + " -> " + expected;
        }
    }

    /** Bayeux messages, over either transport; a WebSocket is closed where HTTP says 400 or 413. */
    record Messages(String name, int expected, String latin1) {
        byte[] bytes() {
            return latin1.getBytes(ISO_8859_1);
        }

        @Override
        public String toString() {
            return name + " -> " + expected;
        }
    }

    /** What a WebSocket hears, and the code with which it is closed. */
    record Frames(String name, int expected, String latin1) {
        byte[] bytes() {
            return latin1.getBytes(ISO_8859_1);
        }

        @Override
        public String toString() {
            return name + " -> " + expected;
        }
    }

    private HostileCorpus() {}

    // Bayeux

    static List<Messages> messages() {
        List<Messages> all = new ArrayList<>();
        String dead = "\"clientId\":\"$id\"";

        // Not JSON, or not messages
        for (String body : List.of(
                "\u0000",
                "\ufeff[]",
                "NaN",
                "[NaN]",
                "Infinity",
                "0",
                "true",
                "\"\"",
                "{",
                "}",
                "[",
                "]",
                "[,]",
                "[{},]",
                "[{\"channel\"}]",
                "[{\"channel\":}]",
                "[{'channel':'/meta/connect'}]",
                "[{channel:\"/meta/connect\"}]",
                "[/**/]",
                "[null]",
                "[true]",
                "[[{\"channel\":\"/meta/connect\"}]]",
                "{}",
                "[{\"clientId\":\"x\"}]",
                "[{\"channel\":\"/meta/connect\",\"clientId\":\"x\"},null]",
                "[{\"channel\":\"/meta/connect\",\"clientId\":\"x\"},[]]",
                "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
                "message=%5B%5D",
                "[{\"channel\":\"/meta/handshake\",\"ext\":{\"a\":\"b",
                "[{\"channel\":\"\\ud8",
                "[".repeat(100_000),
                "[".repeat(60_000) + "]".repeat(60_000),
                "{\"a\":".repeat(40_000),
                "[{\"" + "k".repeat(2_000) + "\":1,\"channel\":\"/meta/connect\"}]")) {
            all.add(messages(400, body));
        }
        // Numbers: up to 1,000 digits they are numbers
        for (String field : List.of(
                "\"n\":%s",
                "\"id\":%s",
                "\"data\":[%s]",
                "\"advice\":{\"timeout\":%s}",
                "\"advice\":{\"interval\":%s}",
                "\"ext\":{\"ack\":%s}",
                "\"ext\":{\"a\":[{\"b\":%s}]}",
                "\"ext\":{\"transcriptPosition\":%s}")) {
            boolean isId = field.startsWith("\"id");
            for (String sign : List.of("", "-", "0.", "-1.5e")) {
                all.add(messages(400, connectWith(field.formatted(sign + "1".repeat(1_001)))));
                all.add(messages(400, connectWith(field.formatted(sign + "1".repeat(100_000)))));
                if (!sign.endsWith("e")) {
                    all.add(messages(
                            isId && !sign.endsWith(".") ? 400 : 200,
                            connectWith(field.formatted(sign + "1".repeat(990)))));
                }
            }
            for (String number : List.of("1e400", "-1e400", "1e999999999", "1e-999999999", "1E+2147483648", "1e12")) {
                all.add(messages(200, connectWith(field.formatted(number))));
            }
            all.add(messages(200, connectWith(field.formatted("1e" + "1".repeat(100)))));
        }
        all.add(messages(400, "[" + list(250, "1".repeat(1_001), ",") + "]"));
        all.add(messages(200, connectWith("\"n\":[" + list(250, "1".repeat(1_000), ",") + "]")));
        all.add(messages(413, "[".repeat(2_000_000) + "]".repeat(2_000_000)));
        all.add(messages(413, "[{\"channel\":\"/meta/handshake\",\"x\":\"" + "x".repeat(MOST) + "\"}]"));

        // Fields of the wrong type
        String[] odd = {"0", "1.5", "true", "[]", "[0]", "{}", "{\"a\":{}}", "\"\""};
        for (String field : List.of("channel", "clientId", "ext", "advice", "supportedConnectionTypes", "successful")) {
            for (String value : odd) {
                boolean fine = (field.equals("clientId") && value.equals("\"\""))
                        || (field.equals("ext") && value.startsWith("{"))
                        || (field.equals("advice") && value.startsWith("{"))
                        || (field.equals("supportedConnectionTypes") && value.equals("[]"))
                        || (field.equals("successful") && value.equals("true"));
                String channel = field.equals("channel") ? "" : "\"channel\":\"/meta/connect\",";
                all.add(messages(fine ? 200 : 400, "[{" + channel + "\"" + field + "\":" + value + "}]"));
            }
        }
        for (String id : List.of("[]", "{}", "true", "[[[]]]")) {
            all.add(messages(400, "[{\"channel\":\"/meta/connect\",\"id\":" + id + "}]"));
        }
        for (String id : List.of(
                "\"\"",
                "0",
                "-1",
                "1.5",
                "99999999999999999999999999",
                "\"\\ud800\"",
                "\"\\u0000\"",
                "\"" + "x".repeat(256) + "\"")) {
            all.add(messages(200, connectWith("\"id\":" + id)));
        }
        all.add(messages(400, connectWith("\"id\":\"" + "x".repeat(257) + "\"")));
        all.add(messages(400, connectWith("\"id\":\"" + "x".repeat(100_000) + "\"")));
        for (String version : List.of("0", "[]", "{}", "null", "\"\"", "\"9.9\"", "\"\\ud800\"", "true")) {
            all.add(messages(200, "[{\"channel\":\"/meta/handshake\",\"version\":" + version + "}]"));
            all.add(messages(
                    200,
                    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"minimumVersion\":" + version
                            + ",\"supportedConnectionTypes\":[\"long-polling\",\"websocket\"]}]"));
        }
        for (String types : List.of("[]", "[\"\"]", "[\"carrier-pigeon\"]", "null")) {
            all.add(messages(
                    200,
                    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":" + types
                            + "}]"));
        }
        for (String types : List.of("\"websocket\"", "[1]", "[null]", "[[\"websocket\"]]", "{}")) {
            all.add(messages(
                    400,
                    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":" + types
                            + "}]"));
        }
        for (String type : List.of("0", "[]", "{}", "null", "\"\"", "\"carrier-pigeon\"", "\"\\ud800\"")) {
            all.add(messages(200, "[{\"channel\":\"/meta/connect\"," + dead + ",\"connectionType\":" + type + "}]"));
        }
        for (String advice : List.of(
                "{\"timeout\":-1}",
                "{\"timeout\":1e308}",
                "{\"timeout\":99999999999999999999}",
                "{\"interval\":-9223372036854775809}",
                "{\"interval\":1e12}",
                "{\"interval\":1e308,\"timeout\":1e308}",
                "{\"interval\":-1,\"timeout\":0}",
                "{\"timeout\":null,\"interval\":null}",
                "{\"reconnect\":{}}")) {
            all.add(messages(200, "[{\"channel\":\"/meta/connect\"," + dead + ",\"advice\":" + advice + "}]"));
        }
        for (String subscription : List.of("0", "{}", "[0]", "[null]", "[[]]", "\"\"", "\"x\"", "[\"\"]", "true")) {
            all.add(messages(
                    400, "[{\"channel\":\"/meta/subscribe\"," + dead + ",\"subscription\":" + subscription + "}]"));
            all.add(messages(
                    400, "[{\"channel\":\"/meta/unsubscribe\"," + dead + ",\"subscription\":" + subscription + "}]"));
        }
        for (String subscription : List.of("null", "[]", "\"/**\"", "\"/_genesys\"", "\"/meta/**\"", "\"/a/**\"")) {
            all.add(messages(
                    200, "[{\"channel\":\"/meta/subscribe\"," + dead + ",\"subscription\":" + subscription + "}]"));
        }

        // Channels
        for (String channel :
                List.of("", "/", "//", "x", "meta/connect", "/a//b", "\\u0000", "/\\u0000", "/\\ud800", "/%2e%2e/x")) {
            all.add(messages(400, "[{\"channel\":\"" + channel + "\"," + dead + ",\"data\":{}}]"));
        }
        for (String channel : List.of(
                "/*",
                "/../meta",
                "/meta",
                "/meta/x",
                "/meta/handshake/",
                "/META/HANDSHAKE",
                "/service/x",
                "/_genesys/x",
                "/_genesys")) {
            all.add(messages(200, "[{\"channel\":\"" + channel + "\"," + dead + ",\"data\":{}}]"));
        }

        all.add(messages(
                400,
                "[{\"channel\":\"/meta/subscribe\"," + dead + ",\"subscription\":[\"/" + "a/".repeat(100_000)
                        + "a\"]}]"));

        // ext and data of any shape and depth
        for (String ext : List.of(
                "null",
                "{\"gms_user\":null}",
                "{\"gms_user\":{}}",
                "{\"gms_user\":[\"vera\"]}",
                "{\"gms_user\":5}",
                "{\"gms_user\":\"\\u0000\"}",
                "{\"gms_user\":\"" + "x".repeat(300) + "\"}",
                "{\"serviceId\":{}}",
                "{\"serviceId\":\"../../x\"}",
                "{\"serviceId\":\"" + "9".repeat(100_000) + "\"}",
                "{\"secureKey\":[[]]}",
                "{\"secureKey\":\"" + "x".repeat(100_000) + "\"}",
                "{\"ack\":{}}",
                "{\"ack\":1e308}",
                "{\"ack\":99999999999999999999}",
                "{\"ack\":-1}",
                "{\"\":\"\"}",
                "{\"a\":" + "[".repeat(50) + "]".repeat(50) + "}")) {
            all.add(messages(200, "[{\"channel\":\"/meta/connect\"," + dead + ",\"ext\":" + ext + "}]"));
            all.add(messages(200, "[{\"channel\":\"/meta/disconnect\"," + dead + ",\"ext\":" + ext + "}]"));
            all.add(messages(
                    200,
                    "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                            + "[\"long-polling\",\"websocket\"],\"ext\":" + ext + "}]"));
        }
        for (String deep :
                List.of("[".repeat(1_000) + "]".repeat(1_000), "{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000))) {
            all.add(messages(400, "[{\"channel\":\"/meta/handshake\",\"ext\":{\"a\":" + deep + "}}]"));
            all.add(messages(400, "[{\"channel\":\"/x\"," + dead + ",\"data\":" + deep + "}]"));
        }
        for (String data : List.of("null", "0", "[]", "{}", "\"\\ud800\"", "99999999999999999999999999", "1e400")) {
            all.add(messages(200, "[{\"channel\":\"/_genesys\"," + dead + ",\"data\":" + data + "}]"));
        }

        // Twice, or many at once
        all.add(messages(
                200,
                "[{\"channel\":\"/meta/connect\",\"channel\":\"/meta/handshake\",\"channel\":\"/meta/connect\"}]"));
        all.add(messages(200, "[{\"channel\":\"/meta/connect\"," + dead + "," + dead + ",\"clientId\":\"\"}]"));
        all.add(messages(400, "[" + list(5, handshake(), ",") + "]"));
        all.add(messages(400, "[" + handshake() + ",{\"channel\":\"/meta/disconnect\"}]"));
        all.add(messages(400, "[" + list(1_000, "{\"channel\":\"/meta/connect\"," + dead + "}", ",") + "]"));
        all.add(messages(400, "[" + list(2_000, "{\"channel\":\"/meta/disconnect\"," + dead + "}", ",") + "]"));

        // Positions: a late good-bye that must move nothing
        for (String position : POSITIONS) {
            all.add(messages(
                    200,
                    "[{\"channel\":\"/meta/disconnect\"," + dead + ",\"ext\":{\"transcriptPosition\":" + position
                            + "}}]"));
        }
        for (int digits : new int[] {1_001, 100_000}) {
            all.add(messages(
                    400,
                    "[{\"channel\":\"/meta/disconnect\"," + dead + ",\"ext\":{\"transcriptPosition\":"
                            + "9".repeat(digits) + "}}]"));
        }
        return all;
    }

    private static String connectWith(String field) {
        return "[{\"channel\":\"/meta/connect\"," + field + "}]";
    }

    static String handshake() {
        return "{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":"
                + "[\"long-polling\",\"websocket\"]}";
    }

    // REST

    /** Calls of the three kinds of body on the chat; sending without a readable message is 415. */
    static List<Request> bodies() {
        List<Request> all = new ArrayList<>();
        String form = "application/x-www-form-urlencoded";
        String json = "application/json";
        String parts = "multipart/form-data; boundary=b";

        // Forms
        for (String body : List.of("message=%", "message=%1", "message=%zz", "%=1", "a=%E4%", "message=%-1")) {
            all.add(call(400, "$chat/send", form, body));
        }
        for (String body : List.of(
                "",
                "&&&&",
                "====",
                "=message",
                "message",
                "message=",
                "MESSAGE=x",
                " message=x&message=",
                "message%00=x",
                "message[]=x",
                "&".repeat(200_000),
                list(10_000, "k=v", "&"),
                IntStream.range(0, 10_000).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining("&")))) {
            all.add(call(415, "$chat/send", form, body));
        }
        all.add(call(413, "$chat/send", form, "message=" + "x".repeat(MOST)));
        all.add(call(413, "$chat/send", form, "message=" + "%00".repeat(5_000)));
        all.add(call(413, "$chat/send", form, "message=" + "x".repeat(24 * 1024 + 1)));
        all.add(call(200, "$own/send", form, bytes("message=", 0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80)));
        all.add(call(200, "$own/send", form, "message=%ED%A0%80%C0%80%00"));

        // JSON, also under the type of a form
        for (String type : List.of(json, form, "text/plain", "")) {
            for (String body : List.of(
                    "{",
                    "[",
                    "[]",
                    "[{\"message\":\"x\"}]",
                    "{\"message\":\"x\"",
                    "{\"message\":x}",
                    "{\"message\":NaN}",
                    "{\"message\":\"\\ud8\"}",
                    "{\"message\":\"\\x\"}",
                    "{'message':'x'}",
                    "[".repeat(200_000),
                    "{\"a\":".repeat(40_000),
                    "{\"message\":\"x\",\"a\":" + "[".repeat(100) + "]".repeat(100) + "}")) {
                all.add(call(400, "$chat/send", type, body));
            }
        }
        for (String body : List.of(
                "{}",
                "{\"message\":null}",
                "{\"message\":[]}",
                "{\"message\":{}}",
                "{\"message\":[\"x\"]}",
                "{\"message\":\"\"}",
                "{\"Message\":\"x\"}",
                "{\"message\":\"x\",\"message\":\"\"}")) {
            all.add(call(415, "$chat/send", json, body));
        }
        all.add(call(400, "$chat/send", json, "null"));
        all.add(call(400, "$chat/send", json, "\"text\""));
        all.add(call(400, "$chat/send", json, "message=x"));
        all.add(call(415, "$chat/send", json, bytes("", 0xff, 0xfe, '{', 0, '}', 0)));
        all.add(call(400, "$chat/send", json, bytes("{\"message\":\"", 0xff, 0xc0, 0x80, '"', '}')));
        all.add(call(200, "$own/send", json, "{\"message\":\"\\ud800 \\udfff\\ud800\"}"));
        all.add(call(200, "$own/send", json, "{\"message\":\"\\u0000\\u202e\\u2028\"}"));
        all.add(call(200, "$own/send", json, "{\"message\":99999999999999999999999999}"));
        all.add(call(200, "$own/send", json, "{\"message\":1e400}"));
        for (String number : List.of("1".repeat(1_001), "1".repeat(100_000), "-0." + "1".repeat(1_001))) {
            for (String field : List.of("message", "transcriptPosition", "another")) {
                all.add(call(400, "$chat/send", json, "{\"" + field + "\":" + number + "}"));
                all.add(call(400, "$chat/refresh", json, "{\"" + field + "\":[" + number + "]}"));
            }
        }
        all.add(call(200, "$own/send", json, "{\"message\":" + "1".repeat(1_000) + "}"));
        all.add(call(200, "$own/send", json, "{\"message\":1e999999999}"));
        all.add(call(413, "$chat/send", json, "[".repeat(2_000_000) + "]".repeat(2_000_000)));
        all.add(call(
                415,
                "$chat/send",
                json,
                "{"
                        + IntStream.range(0, 10_000)
                                .mapToObj(i -> "\"k" + i + "\":1")
                                .collect(Collectors.joining(",")) + "}"));

        // Multipart
        String part = "--b\r\nContent-Disposition: form-data; name=\"message\"";
        for (String body : List.of(
                "",
                "x",
                "--b",
                "--b\r\n",
                "--b\r\n\r\n",
                part + "\r\n\r\nx",
                part + "\r\n\r\nx\r\n--b",
                part + "\r\n\r\nx\r\n--c--",
                part + "\r\nContent-Length: -1\r\nX",
                list(2_000, part + "\r\n\r\nx\r\n", "") + "--b--\r\n",
                "--b\r\n" + list(3_000, "X-Y: z\r\n", "") + "\r\nx\r\n--b--\r\n",
                "--b\r\nX: " + "x".repeat(100_000) + "\r\n\r\nx\r\n--b--\r\n")) {
            all.add(call(400, "$chat/send", parts, body));
        }
        for (String type : List.of(
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=\"",
                "multipart/form-data; boundary=" + "b".repeat(5_000),
                "multipart/form-data; boundary=c; boundary=d")) {
            all.add(call(400, "$chat/send", type, part + "\r\n\r\nx\r\n--b--\r\n"));
        }
        all.add(call(415, "$chat/send", parts, "--b--\r\n"));
        all.add(call(
                415,
                "$chat/send",
                parts,
                "--b\r\nContent-Disposition: form-data; name=\"message\r\n\r\nx\r\n--b--\r\n"));
        all.add(call(415, "$chat/send", parts, "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"));
        all.add(call(415, "$chat/send", parts, "--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n"));
        for (String charset : List.of("nonsense", "\"", "utf-7", "utf-16", "$$$")) {
            all.add(call(
                    "200|400",
                    "$own/send",
                    parts,
                    part + "\r\nContent-Type: text/plain; charset=" + charset + "\r\n\r\nx\r\n--b--\r\n"));
        }
        all.add(call(
                "200|400", "$own/send", parts, part + "\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--\r\n"));
        all.add(call(200, "$own/send", parts, part + "; filename=\"../../../etc/passwd\"\r\n\r\nx\r\n--b--\r\n"));
        all.add(call(
                200,
                "$own/send",
                parts,
                bytes(part + "\r\n\r\n", 0xff, 0xc0, 0x80, '\r', '\n', '-', '-', 'b', '-', '-')));
        all.add(call(413, "$chat/send", parts, part + "\r\n\r\n" + "x".repeat(MOST) + "\r\n--b--\r\n"));

        // Positions
        for (String position : POSITIONS) {
            if (position.equals("null") || position.equals("\"\"")) {
                // None given.
                all.add(call(200, "$own/refresh", json, "{\"transcriptPosition\":" + position + "}"));
            } else {
                all.add(call(415, "$chat/refresh", json, "{\"transcriptPosition\":" + position + "}"));
            }
        }
        all.add(call(415, "$chat/refresh", json, "{\"transcriptPosition\":" + "9".repeat(1_000) + "}"));
        all.add(call(415, "$chat/refresh?transcriptPosition=%2b1", form, ""));
        all.add(call(400, "$chat/refresh?transcriptPosition=%", form, ""));
        all.add(call(415, "$chat/refresh?transcriptPosition=" + "9".repeat(5_000), form, ""));

        // Names, devices
        all.add(call(415, "$chat/device", form, ""));
        for (String device : List.of(
                "push_notification_type=%00",
                "push_notification_provider=../x",
                "push_notification_provider=" + "p".repeat(1_000),
                "push_notification_language=%F0%9F%98%80",
                "push_notification_language=" + "x".repeat(36))) {
            all.add(call(
                    device.contains("type") ? "200" : "415",
                    device.contains("type") ? "$own/device" : "$chat/device",
                    form,
                    "push_notification_deviceid=t&push_notification_type=fcm&" + device));
        }
        all.add(call(415, "$chat/device", form, "push_notification_type=fcm&push_notification_deviceid=%00"));
        // What a chat keeps: 4 KiB a field in UTF-8, 16 KiB together
        for (String large : List.of(
                "x".repeat(4_097),
                "%E2%82%AC".repeat(1_366),
                "x".repeat(100_000),
                list(5, "x".repeat(4_000), "&a%s="))) {
            String fields = large.replace("%s", "$");
            for (int i = 1; fields.contains("$"); i++) {
                fields = fields.replaceFirst("\\$", String.valueOf(i));
            }
            all.add(call(413, "$chat/device", form, "push_notification_type=fcm&push_notification_deviceid=" + fields));
            all.add(call(413, "$new", form, "userDisplayName=Ada&email=" + fields));
            all.add(call(413, "$new", form, "firstName=" + fields));
            all.add(call(413, "$new", json, "{\"a\":\"" + "\u20ac".repeat(1_366) + "\"}"));
        }
        all.add(call(200, "$new", form, "userDisplayName=Ada&email=" + "%E2%82%AC".repeat(1_365)));
        for (String name : List.of("\\ud800", "\\u0000", "\\r\\nSet-Cookie: a=b", "\\u202e")) {
            all.add(call(200, "$new", json, "{\"firstName\":\"" + name + "\",\"_verbose\":true}"));
        }
        all.add(call(415, "$new", form, "firstName=" + "x".repeat(4_000)));

        // The agents' side
        for (String call : List.of("join", "messages", "typing", "notices", "urls")) {
            all.add(agent(400, call, json, "{\"text\":"));
            all.add(agent(400, call, json, "[]"));
            all.add(agent(415, call, json, "{\"text\":{},\"nickname\":[],\"typing\":{},\"url\":null}"));
            all.add(agent(400, call, parts, "--b\r\n"));
            all.add(agent(400, call, form, "%"));
        }
        for (String url : List.of(
                "javascript:alert(1)",
                "data:text/html,x",
                "file:///etc/passwd",
                "http://[::1",
                "http://a b",
                "//host",
                "https:?",
                "https:mailto",
                "https:///path",
                " https://a",
                "\\u0000")) {
            all.add(agent(415, "urls", json, "{\"url\":\"" + url + "\"}"));
        }
        all.add(agent(413, "messages", json, "{\"text\":\"" + "\\u0000".repeat(10_000) + "\"}"));
        all.add(agent(415, "join", json, "{\"nickname\":\"" + "x".repeat(10_000) + "\"}"));
        return all;
    }

    // HTTP itself

    static List<Request> requests() {
        List<Request> all = new ArrayList<>();
        String ok = "gms_user: vera\r\nConnection: close\r\n";
        String form = "Content-Type: application/x-www-form-urlencoded\r\n";

        // Request lines
        for (String line : List.of(
                "",
                "GET",
                "GET /health",
                "GET /health HTTP/9.9",
                "GET /health HTTP/1.1 x",
                "GET\t/health\tHTTP/1.1",
                "GET health HTTP/1.1",
                "GET /health\u0000 HTTP/1.1",
                "GET /%zz HTTP/1.1",
                "GET /% HTTP/1.1",
                "GET /health%00 HTTP/1.1",
                "GET http://[::1/health HTTP/1.1",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
                "PRI * HTTP/2.0",
                "GÉT /health HTTP/1.1")) {
            all.add(raw("4xx", line + "\r\nHost: localhost\r\n" + ok + "\r\n"));
        }
        all.add(raw("414|431", "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        all.add(raw("414|431", "GET /health?" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        all.add(raw("4xx", "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n"));
        all.add(raw("4xx", "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
        all.add(raw("4xx", "GET /health HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n"));
        all.add(raw("431", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(100_000) + "\r\n\r\n"));
        all.add(raw("431", "GET /health HTTP/1.1\r\nHost: localhost\r\n" + list(10_000, "X: y\r\n", "") + "\r\n"));
        all.add(raw("431", "GET /health HTTP/1.1\r\nHost: localhost\r\n" + "X".repeat(100_000) + ": y\r\n\r\n"));
        all.add(raw("4xx", "GET /health HTTP/1.1\r\nHost: localhost\r\nX : y\r\n\r\n"));
        all.add(raw("4xx", "GET /health HTTP/1.1\r\nHost: localhost\r\n: y\r\n\r\n"));
        all.add(raw("4xx", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n"));
        all.add(raw("2xx|4xx", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\nConnection: close\r\n\r\n"));
        all.add(raw("2xx|4xx", "GET /health HTTP/1.0\r\n\r\n"));

        // Paths
        for (String path : List.of(
                "/genesys/1/service/",
                "/genesys/1/service//",
                "/genesys/1/service///",
                "/genesys/1/service/request-chat/",
                "/genesys/1/service/request-chat//ixn/chat",
                "/genesys/1/service/../service/request-chat",
                "/genesys/1/service/%2e%2e/request-chat",
                "/genesys/1/service/..%2frequest-chat",
                "/genesys/1/service/request-chat%2f",
                "/genesys/1/service/request-chat%00",
                "/genesys/1/service/request-chat;jsessionid=1",
                "/genesys/1/service/%5c",
                "/genesys/1/service/\\",
                "/genesys/1/service/%c0%ae%c0%ae",
                "/genesys/1/service/%ff",
                "/genesys/1/service/%u0041",
                "/genesys/1/service/%F0%9F%98%80",
                "/genesys/1/service/" + "a".repeat(5_000),
                "/genesys/1/service/" + "a/".repeat(2_000),
                "/genesys/1/service" + "/..".repeat(1_000) + "/health",
                "$chat/",
                "$chat//send",
                "$chat/send/",
                "$chat/send/x",
                "$chat/%73end",
                "$chat/send%20",
                "/genesys/cometd/../1/service/request-chat",
                "/genesys/cometd/%2e%2e/",
                "/genesys/cometd/..;/",
                "/genesys/cometd/%2f",
                "/genesys/cometd/%00",
                "/agent/1/",
                "/agent/1//",
                "/agent/1/chats/",
                "/agent/1/chats/..",
                "/agent/1/chats//events",
                "/agent/1/chats/%2e%2e/events",
                "/agent/1/chats/$session%00/events",
                "/agent/1/chats/" + "x".repeat(5_000) + "/events",
                "/agent/1/chats/$session/events?after=-1",
                "/agent/1/chats/$session/events?after=%",
                "/agent/1/chats/$session/events?after=" + "9".repeat(1_000),
                "//",
                "/..",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/health/..",
                "/WEB-INF/web.xml",
                "/.git/config")) {
            for (String method : List.of("GET", "POST")) {
                all.add(raw(
                        "2xx|4xx",
                        method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer $token\r\n" + ok
                                + (method.equals("GET") ? "" : "Content-Length: 0\r\n") + "\r\n"));
            }
        }

        // Methods
        for (String method : List.of(
                "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X", "💥")) {
            for (String path : List.of(
                    "/genesys/1/service/request-chat",
                    "$chat/send",
                    "/genesys/cometd",
                    "/agent/1/chats",
                    "/agent/1/events",
                    "/nothing",
                    "*")) {
                all.add(raw(
                        "2xx|4xx",
                        method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer $token\r\n" + ok
                                + "Content-Length: 0\r\n\r\n"));
            }
        }

        // Headers
        for (String header : List.of(
                "gms_user: \r\n",
                "gms_user: a\u0001b\r\n",
                "gms_user: " + "x".repeat(300) + "\r\n",
                "gms_user:\t\r\n",
                "X: y\r\n",
                "gms_user: vera\r\ngms_user: vera\r\n",
                "gms_user: mallory\r\ngms_user: vera\r\n",
                "gms_user: vera\r\nGMS_USER:\r\n",
                "gms_user: v\u00c2\u0085\r\n",
                "gms_user: \u00c2\u009b2J\r\n")) {
            for (String path : List.of("/genesys/1/service/request-chat", "$chat/send")) {
                all.add(raw(
                        "400|401",
                        "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header
                                + "Content-Length: 9\r\n\r\nmessage=x"));
            }
        }
        for (String header : List.of(
                "Content-Type: \r\n",
                "Content-Type: ;;;\r\n",
                "Content-Type: text/plain;charset=\r\n",
                "Content-Type: text/plain;charset=nonsense\r\n",
                "Content-Type: application/json;charset=utf-32\r\n",
                "Content-Type: " + "x".repeat(4_000) + "\r\n",
                "Content-Type: a\r\nContent-Type: b\r\n",
                "Content-Encoding: gzip\r\n",
                "Content-Encoding: nonsense, nonsense\r\n",
                "Expect: 100-continue\r\n",
                "Range: bytes=0-,0-,0-\r\n",
                "If-Match: *\r\n",
                "Accept: \r\n",
                "Accept-Charset: nonsense\r\n",
                "Cookie: BAYEUX_BROWSER=\r\n",
                "Cookie: BAYEUX_BROWSER=../../x; BAYEUX_BROWSER=y\r\n",
                "Cookie: " + ";".repeat(4_000) + "\r\n",
                "Cookie: =;=;\"\r\n",
                "Upgrade: websocket\r\n",
                "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x\r\n",
                "X-Forwarded-For: x\r\nForwarded: for=\"[\"\r\n",
                "X-HTTP-Method-Override: DELETE\r\n",
                "Origin: null\r\n")) {
            for (String path : List.of("$chat/send", "/genesys/cometd")) {
                all.add(raw(
                        "4xx",
                        "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + ok + header
                                + "Content-Length: 2\r\n\r\n[]"));
            }
        }
        // Jetty hangs up on these, mostly before it has said so.
        all.add(raw(
                "0|417",
                "POST $chat/send HTTP/1.1\r\nHost: localhost\r\n" + ok
                        + "Expect: nonsense\r\nContent-Length: 2\r\n\r\n[]"));
        for (String header : List.of(
                "Authorization: \r\n",
                "Authorization: Bearer\r\n",
                "Authorization: Bearer \r\n",
                "Authorization: Bearer " + "x".repeat(5_000) + "\r\n",
                "Authorization: Basic $token\r\n",
                "Authorization: Bearer x\r\nAuthorization: Bearer $token\r\n",
                "Authorization: Bearer $token x\r\n",
                "Authorization: Bearer $token, Bearer $token\r\n",
                "Authorization: Bearer\t$token\r\n")) {
            all.add(raw(
                    "400|401",
                    "GET /agent/1/chats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header + "\r\n"));
        }

        // Lengths, and requests within requests: one answer, then the connection is closed
        String smuggled = "POST $own/send HTTP/1.1\r\nHost: localhost\r\ngms_user: mallory\r\n" + form
                + "Content-Length: 16\r\n\r\nmessage=smuggled";
        for (String length : List.of(
                "Content-Length: -1\r\n",
                "Content-Length: +5\r\n",
                "Content-Length: 0x5\r\n",
                "Content-Length: 5,5\r\n",
                "Content-Length: 5 5\r\n",
                "Content-Length: \r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Content-Length: 0\r\nContent-Length: 5\r\n",
                "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: identity, chunked, chunked\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding : chunked\r\n",
                "Transfer-Encoding: \u000bchunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
                " Transfer-Encoding: chunked\r\n")) {
            all.add(raw(
                    "4xx",
                    "POST $chat/send HTTP/1.1\r\nHost: localhost\r\ngms_user: vera\r\n" + form + length
                            + "\r\n0\r\n\r\n" + smuggled));
        }
        for (String chunks : List.of(
                "x\r\n",
                "-1\r\n\r\n",
                "0x1\r\na\r\n0\r\n\r\n",
                "ffffffffffffffff\r\nmessage=x",
                "80000000\r\nmessage=x",
                "1\r\nab\r\n0\r\n\r\n",
                "2;" + "x".repeat(100_000) + "\r\nab\r\n0\r\n\r\n",
                "\r\n\r\n\r\n")) {
            all.add(raw(
                    "4xx",
                    "POST $chat/send HTTP/1.1\r\nHost: localhost\r\n" + ok + form + "Transfer-Encoding: chunked\r\n\r\n"
                            + chunks));
        }
        // Line ends within an extension of a chunk: what one server takes for it, another takes for its end
        for (String extension : List.of(
                "1;a=\"\r\n", "1;a=\"\\\r\n", "1;a=\"b\"\r", "1;a=\n", "1;a=\"\n", "1\n", "1;a=\"\r\nX\r\n0\r\n\r\n")) {
            all.add(raw(
                    "4xx",
                    "POST $chat/send HTTP/1.1\r\nHost: localhost\r\ngms_user: vera\r\n" + form
                            + "Transfer-Encoding: chunked\r\n\r\n" + extension + "X\r\n0\r\n\r\n" + smuggled
                            + "\"\r\nY\r\n0\r\n\r\n"));
        }
        all.add(raw(
                "413",
                "POST $chat/send HTTP/1.1\r\nHost: localhost\r\n" + ok + "Content-Length: 9223372036854775807\r\n\r\n"
                        + "x".repeat(300_000)));
        all.add(raw(
                "413",
                "POST /genesys/cometd HTTP/1.1\r\nHost: localhost\r\n" + ok
                        + "Content-Length: 9223372036854775807\r\n\r\nx"));
        return all;
    }

    // WebSocket itself

    static List<Frames> frames() {
        byte[] message = handshake().getBytes(UTF_8);
        byte[] masked = Wire.text(message);
        byte[] unmasked = bytes("", 0x81, 2, '[', ']');
        return List.of(
                frames("a frame without a mask", 1002, unmasked),
                frames("a reserved bit", 1002, Wire.frame(0xC1, message.length, message)),
                frames("an unknown kind", 1002, Wire.frame(0x83, 1, new byte[1])),
                frames("an unknown control", 1002, Wire.frame(0x8B, 1, new byte[1])),
                frames("a ping that is too long", 1002, Wire.frame(0x89, 126, new byte[126])),
                frames("a ping in pieces", 1002, Wire.frame(0x09, 1, new byte[1])),
                frames("a close of one byte", 1002, Wire.frame(0x88, 1, new byte[1])),
                frames("a close with a code that is none", 1002, Wire.frame(0x88, 2, new byte[2])),
                frames("the middle of nothing", 1002, Wire.frame(0x80, 1, new byte[1])),
                frames("a text within a text", 1002, twice(Wire.frame(0x01, 1, new byte[] {'['}))),
                frames("bytes that are no UTF-8", 1007, Wire.text(bytes("[", 0xff, 0xfe, ']'))),
                frames("half a surrogate", 1007, Wire.text(bytes("[\"", 0xed, 0xa0, 0x80, '"', ']'))),
                frames("a huge length", 1009, Wire.frame(0x81, Long.MAX_VALUE, new byte[10])),
                frames("a length below zero", 1007, Wire.frame(0x81, Long.MIN_VALUE, new byte[10])),
                frames("two messages at once, the second malformed", 1007, join(masked, Wire.text(bytes("x")))));
    }

    static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }

    private static byte[] twice(byte[] frame) {
        return join(frame, frame);
    }

    // How they are written

    private static Messages messages(int expected, String body) {
        return new Messages(shortened(body), expected, latin1(body.getBytes(UTF_8)));
    }

    private static Request call(int expected, String path, String type, String body) {
        return call(String.valueOf(expected), path, type, body);
    }

    private static Request call(String expected, String path, String type, String body) {
        return call(expected, path, type, body.getBytes(UTF_8));
    }

    private static Request call(int expected, String path, String type, byte[] body) {
        return call(String.valueOf(expected), path, type, body);
    }

    private static Request call(String expected, String path, String type, byte[] body) {
        String user = path.startsWith("$chat") ? "vera" : "mallory";
        return post(expected, path, "gms_user: " + user + "\r\n", type, body);
    }

    private static Request agent(int expected, String call, String type, String body) {
        return post(
                String.valueOf(expected),
                "/agent/1/chats/$session/" + call,
                "Authorization: Bearer $token\r\n",
                type,
                body.getBytes(UTF_8));
    }

    private static Request post(String expected, String path, String headers, String type, byte[] body) {
        String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers
                + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n") + "Content-Length: " + body.length
                + "\r\n\r\n";
        return new Request(
                shortened(path + " " + type + " " + new String(body, UTF_8)),
                expected,
                latin1(join(head.getBytes(ISO_8859_1), body)));
    }

    private static Request raw(String expected, String text) {
        return new Request(shortened(text), expected, latin1(text.getBytes(UTF_8)));
    }

    private static Frames frames(String name, int expected, byte[] bytes) {
        return new Frames(name, expected, latin1(bytes));
    }

    /** Bytes as a text, each a character. */
    private static String latin1(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    private static byte[] bytes(String start, int... more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(start.getBytes(UTF_8));
        for (int b : more) {
            out.write(b);
        }
        return out.toByteArray();
    }

    private static String list(int times, String item, String separator) {
        return (item + separator).repeat(times - 1) + item;
    }

    private static String shortened(String text) {
        String start = text.length() <= 120 ? text : text.substring(0, 100) + "… (" + text.length() + ")";
        StringBuilder shown = new StringBuilder();
        start.chars().forEach(c -> shown.append(c < 0x20 || (c > 0x7e && c < 0xa0) ? "·" : Character.toString(c)));
        return shown.toString();
    }

    /** Puts what is known only now into a request. */
    static byte[] filled(byte[] bytes, Map<String, String> values) {
        String text = new String(bytes, ISO_8859_1);
        if (text.indexOf('$') < 0) {
            return bytes;
        }
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("$" + value.getKey(), value.getValue());
        }
        return text.getBytes(ISO_8859_1);
    }
}
