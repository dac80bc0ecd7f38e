/** Programs that train and serve. */
@SuppressWarnings("requires-automatic") // XChart has no module-info.
module dev.lanner.examples {
    requires dev.lanner.hstu;
    requires info.picocli;
    requires java.desktop;
    requires java.net.http;
    requires me.tongfei.progressbar;
    requires org.jsoup;
    requires org.knowm.xchart;

    opens dev.lanner.examples to
            info.picocli;
}
