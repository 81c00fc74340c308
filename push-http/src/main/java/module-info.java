/** Pushes as signed HTTP requests, to a URL of the operator's or of the device's. */
module dev.halley.push.http {
    requires transitive dev.halley.core;
    requires dev.halley.http;
    requires com.fasterxml.jackson.core;

    exports dev.halley.push.http;

    provides dev.halley.spi.PushProviderFactory with
            dev.halley.push.http.HttpProviderFactory;
}
