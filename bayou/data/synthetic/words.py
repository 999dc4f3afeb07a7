"""Small lists of common words of European languages, names, places and trade words. Knows words only."""

from __future__ import annotations

#: Everyday words by language: enough for every accented letter to occur, where larger dictionaries aren't installed.
LANGUAGES: dict[str, str] = {
    "english": (
        "the of and to in a is that it for was on are as with his they be at one have this from or had by not but "
        "some what there we can out other were all your when up use word how said an each she which do their time "
        "if will way about many then them would write like so these her long make thing see him two has look more "
        "day could go come did my sound no most number who over know water than call first people may down side "
        "been now find any new work part take get place made live where after back little only round man year came "
        "show every good me give our under name very through just form much great think say help low line before "
        "turn cause same mean differ move right boy old too does tell sentence set three want air well also play "
        "small end put home read hand port large spell add even land here must big high such follow act why ask "
        "men change went light kind off need house picture"
    ),
    "german": (
        "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er "
        "hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor "
        "zur bis mehr durch man sein wurde sei Prozent hatte kann gegen vom können schon wenn habe seine Mark ihre "
        "dann unter wir soll ich eines Jahr zwei Jahre diese dieser wieder keine Straße Größe müssen schön Äpfel "
        "Öl Übung Gebühr Fuß weiß heißt möchte früh später Schlüssel Grüße Mädchen Käse Brötchen Kündigung"
    ),
    "french": (
        "le de un être et à il avoir ne je son que se qui ce dans en du elle au pour pas vous par sur faire plus "
        "dire me on mon lui nous comme mais pouvoir avec tout y aller voir bien où sans tu ou leur homme si deux "
        "moi vouloir même prendre été très déjà après français château garçon leçon hôtel forêt île août sœur cœur "
        "œuvre naïve Noël ambiguë là-bas aujourd'hui l'été d'accord qu'il reçu numéro téléphone société café crème "
        "brûlée élève père mère frère tête fenêtre bientôt drôle goût sûr dû façon ça règlement siège"
    ),
    "spanish": (
        "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin "
        "sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi "
        "porque qué sólo han yo hay vez puede todos así niño mañana año señor español corazón canción teléfono "
        "número página día país café jardín árbol azúcar lápiz fácil útil inglés pingüino vergüenza cigüeña ¿cómo? "
        "¡hola! ¿dónde? compañía dirección información razón último próximo índice época"
    ),
    "italian": (
        "di che è e la il un a per in una mi sono ho non ma lo ha le si ti i con cosa se io come da ci no questo "
        "qui hai sei del bene tu sì me più al mio perché lei solo te era gli tutto della così mia ne questa fare "
        "quando ora fatto essere mai chi quello ecco città università caffè società qualità libertà virtù però può "
        "già giù lunedì martedì mercoledì là né sé cioè affinché bontà povertà"
    ),
    "portuguese": (
        "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu "
        "sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos "
        "ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu às minha têm coração "
        "informação ação São João avó avô pão mãe irmão órgão ônibus três português inglês também água café "
        "público música país número endereço preço serviço código saúde lâmpada ciência questão opções"
    ),
    "dutch": (
        "de en van ik te dat die in een hij het niet zijn is was op aan met als voor had er maar om hem dan zou of "
        "wat mijn men dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze "
        "u want nog zal me zij nu ge geen omdat iets worden toch al waren veel meer doen toen moet ben zonder kan "
        "hun dus alles onder ja eens hier wie werd altijd doch wordt wezen kunnen één reünie coördinatie "
        "geïnteresseerd zeeën ideeën café vóór financiën patiënt België industriële straße knieën kopiëren"
    ),
    "swedish": (
        "och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan när "
        "år säga här där under också efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla "
        "andra mycket än då gör få två någon måste över även bara blir hur själv gå bättre älskar öl ägg åka sjö "
        "kök frågor tjänst fjärde häst fönster grön blå röd gård smörgås"
    ),
    "danish": (
        "og i at det er en til af på den med for der de ikke som et har jeg var han om men sig så vi fra kan være "
        "hun ved efter når også år nu skal over før blev hvor mere været op også måtte få går øl æble å smørrebrød "
        "rødgrød fløde København Århus søndag lørdag mæle føle bjørn kød dør grøn blå gå får språk æg næste først "
        "hjælp køb sælg gæst bøger værelse færge"
    ),
    "norwegian": (
        "og i det er på til som en å for av at har med de ikke den han om et fra men vi var jeg seg ble så kan "
        "skal eller hun når også år over nå etter ved ut være mot får går opp må før alle ha norske øst vår fjord "
        "blåbær brød kjøtt sjø høy låse åpne æra øye ærlig søndag lørdag følge kjøre spørsmål språk skjønner håper "
        "gjøre grønn rød blå frø kålrot fløte Ålesund Tromsø Bodø"
    ),
    "finnish": (
        "ja on ei että se en hän oli mutta ole ovat kun niin myös mitä tämä mukaan jo vain olla kuin vuoden sen "
        "jos ollut sitä joka hyvä päivä yö työ äiti isä pää käsi sää täällä siellä tänään huomenna eilen kesä "
        "talvi kevät syksy järvi metsä mökki sähkö höyry käyttö väri pöytä tyttö äänestys yhtiö osakeyhtiö lähetys "
        "hyvää huomenta näkemiin kiitos anteeksi yksi kaksi kolme neljä viisi kuusi"
    ),
    "polish": (
        "i w nie na się że z do to jest o jak a co ale po tak za od jego dla już przez być może są czy mnie mi ja "
        "ma go tego tylko więc był ich jej jednak także gdy które która który będzie było żeby może dzień dobry "
        "dziękuję proszę cześć łódź źródło żółty ćma ślad gęś wąż święto książka ulica miesiąc pieniądze środa "
        "piątek niedziela Kraków Łódź Gdańsk Poznań Wrocław góra móc późno cięcie ręka dąb"
    ),
    "czech": (
        "a se v na je že o s z do i to k ve pro za by ale si po jako podle od jsem tak jeho které který jsou která "
        "ještě když také až může byl už při této není však mezi můj kůň růže žlutý řeka měsíc příliš žluťoučký kůň "
        "úpěl ďábelské ódy čtvrtek pátek středa úterý neděle tři čtyři pět šest děti město náměstí třída škola "
        "účet číslo cena zboží děkuji prosím dobrý večer Praha Plzeň Ústí ťuhýk ňadra"
    ),
    "slovak": (
        "a v sa na je že o s z do to pre ako aj po ale za by od som tak jeho ktoré ktorý sú ktorá ešte keď tiež až "
        "môže bol už pri môj kôň ruža žltý rieka mesiac stĺp vŕba ľad ťava ďaleko ňuch dĺžka vĺča kŕdeľ mäso päť "
        "štvrtok piatok streda nedeľa tri štyri šesť mesto námestie škola účet číslo cena ďakujem prosím dobrý "
        "večer Bratislava Košice Žilina Trenčín ľúbiť"
    ),
    "hungarian": (
        "a az és hogy nem is van meg egy ez volt csak ha már de mint még ki el én azt vagy csak le te ő mi ti ők "
        "mert olyan minden után kell nagyon jó nap szép élet ház út híd kör öt hét tíz húsz száz ezer tűz víz föld "
        "levegő kő fű nő férfi gyerek könyv újság hírek köszönöm szépen kérem viszontlátásra Győr Pécs Szeged "
        "Debrecen őszi tűnő gyűlés hűség szőlő csütörtök péntek fölül alól írógép"
    ),
    "romanian": (
        "și în de la a cu pe nu că mai este o un din care pentru sunt se fi ce are au fost prin dar după până când "
        "dacă numai această acest lui ei eu tu noi voi ele foarte bine bună ziua mulțumesc vă rog România "
        "București Iași Timișoara Brașov înălțime țară oraș școală casă masă față viață pâine mâine sâmbătă "
        "duminică marți joi vineri între împreună îngheț câine știință ședință țânțar"
    ),
    "turkish": (
        "ve bir bu da de için çok ile o olarak en gibi daha kadar sonra ne var olan ancak ise ya her olduğu değil "
        "şey mi ama diye güneş gün gece yıldız çiçek ağaç kuş balık köpek kedi İstanbul Ankara İzmir Muğla "
        "Şanlıurfa öğretmen öğrenci okul kitap ışık sıcak soğuk büyük küçük güzel iyi kötü teşekkür ederim lütfen "
        "merhaba günaydın iğne ağır çağrı şeker yağmur üzüm fındık"
    ),
    "croatian": (
        "i u je se na da za su od s kao o ne koji što iz do te bi sam ali to koja će biti po nije koje ili ima bio "
        "može već dok čovjek žena dijete kuća škola riječ noć šuma život ljubav sreća prijatelj četvrtak petak "
        "srijeda nedjelja šest češnjak đak ćevapi žaba Zagreb Šibenik Poreč Čakovec Đurđevac učenje čaša džep "
        "ključ košulja žuti crvenkasto međutim također"
    ),
    "latvian": (
        "un ir ar no uz par kas ka to tā es viņš mēs jūs viņi bet vai jau arī ļoti labi šodien rīt vakar māja "
        "skola iela pilsēta Rīga Liepāja Jūrmala Cēsis ūdens zāle ēdiens ābols bērns tēvs māte brālis māsa draugs "
        "gads mēnesis nedēļa diena stunda četri pieci seši septiņi astoņi deviņi ķirsis ģimene ņemt šķūnis žurnāls "
        "čaula līnija dēļ kļūda ceļš paldies lūdzu sveiki"
    ),
    "lithuanian": (
        "ir į kad tai yra iš ne su buvo o bet kaip jis ji mes jūs jie apie už po jau dar labai gerai šiandien "
        "rytoj vakar namas mokykla gatvė miestas Vilnius Kaunas Klaipėda Šiauliai vanduo žolė ąžuolas eglė ėjimas "
        "įmonė šuo žmogus moteris vyras vaikas tėvas motina brolis sesuo draugas metai mėnuo savaitė diena keturi "
        "penki šeši ačiū prašau labas čia dabar ūkis ųjų džiaugsmas žvaigždė"
    ),
    "estonian": (
        "ja on ei et see ta oli aga mis kui ka ma sa me te nad seda oma veel juba siis väga hea päev öö töö ema "
        "isa õde vend laps maja kool tänav linn Tallinn Tartu Pärnu vesi õun leib või õpetaja õpilane raamat "
        "ülikool küsimus vastus üks kaks kolm neli viis kuus seitse kaheksa üheksa kümme tänan palun tere "
        "hommikust õhtust šokolaad žürii hüvasti köök söök mägi jõgi põld sügis kevad"
    ),
    "icelandic": (
        "og að í á er það sem til hann var ekki við um með en af fyrir hún þetta þú ég þeir eru hefur frá þá eða "
        "svo eftir mér góðan daginn takk fyrir Reykjavík Akureyri Ísland þjóð maður kona barn hús vegur fjörður "
        "jökull eldfjall öl ást bók skóli læknir sæll þriðjudagur miðvikudagur föstudagur nótt mjólk brauð smjör "
        "ýsa súpa höfn veður ævintýri þægilegt"
    ),
    "irish": (
        "agus an na is ar a i go le do bhí sé sí siad tá níl mé tú seo sin ó chun faoi mar fear bean páiste teach "
        "bóthar Baile Átha Cliath Gaillimh Éire Gaeilge fáilte sláinte maidin mhaith oíche úll arán bainne uisce "
        "cén fáth conas cá bhfuil míle buíochas slán"
    ),
    "welsh": (
        "y yn a ac i o ar mae wedi bod ei eu fel am ond hefyd gan roedd hwn hon bore da nos dŵr tŷ ŵyr gŵyl môr "
        "tân cân gwên llân Llŷn Caerdydd Abertawe croeso diolch os gwelwch yn dda ysgol llyfr plant pobl Cymru "
        "Cymraeg ŷd sŵn"
    ),
}

FIRST_NAMES = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph "
    "Jessica Thomas Sarah Charles Karen Daniel Lisa Matthew Nancy Anthony Betty Mark Sandra Paul Ashley Steven "
    "Emily Andrew Donna Kenneth Michelle Joshua Carol Anna Peter Maria José Ana Luís João Pedro Sofía Lucía Hugo "
    "Martín François Chloé Léa Zoé Noël Jürgen Björn Käthe Søren Åse Øystein Zoë Renée André Siân Niamh Seán "
    "Łukasz Małgorzata Zdeněk Jiří Ondřej Božena Károly Zoltán Ágnes Ştefan Ioana Ayşe Mehmet Çağla Ahmad Nurul "
    "Siti Muhammad Wei Ming Li Hui Chen Mei Raj Priya Kumar Lakshmi Tan Lim Ng Wong Goh Chua Ivana Željko Đorđe "
    "Jānis Ināra Jūratė"
).split()
LAST_NAMES = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Wilson Anderson "
    "Taylor Moore Jackson Martin Lee Perez Thompson White Harris Clark Lewis Robinson Walker Young Allen King "
    "Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter Roberts O'Brien O'Neill McDonald "
    "MacLeod Müller Schröder Weiß Köhler García Muñoz Núñez Peña Gonçalves Araújo Lefèvre Bélanger Ångström "
    "Sjöberg Sørensen Østergård Nowak Wiśniewski Zieliński Novák Dvořák Horváth Szabó Kovács Popescu Ionescu "
    "Yılmaz Öztürk Kowalski Virtanen Mäkinen Kalniņš Kazlauskas Tamm Van Dijk De Vries Rossi Russo Esposito "
    "Papadopoulos Ivanov Abdullah Rahman Tanaka Suzuki Nguyen Kim Park Singh Sharma Patel"
).split()
STREETS = (
    "Main Street|High Street|Church Road|Station Road|Park Avenue|Oak Lane|Mill Lane|King Street|Queen Street|"
    "Victoria Road|Elm Street|Broadway|Market Square|Hauptstraße|Bahnhofstr.|Rue de la Paix|Avenue Foch|Via Roma|"
    "Calle Mayor|Rua Augusta|Kungsgatan|Jalan Besar|Jalan Ampang|Lorong Utama|Jalan Kenanga|Jalan Mawar|"
    "Persiaran Timur|Lebuh Raya|Taman Melati|Orchard Road|Nevsky Ave|Sunset Blvd."
).split("|")
CITIES = (
    "London|Paris|Berlin|Madrid|Rome|Lisbon|Vienna|Zürich|Genève|Malmö|København|Kraków|Praha|Győr|Iași|İzmir|"
    "Dublin|Edinburgh|New York|Boston|Chicago|San José|Seattle|Austin|Denver|Toronto|Montréal|Sydney|Auckland|"
    "Singapore|Kuala Lumpur|Johor Bahru|Penang|Melaka|Ipoh|Klang|Seremban|Kuantan|Petaling|Puchong|Bangkok|Tokyo|"
    "Mumbai|Delhi|Dubai|Cairo|Lagos|Nairobi|São Paulo|Bogotá|Lima|Quito"
).split("|")
MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SHOP_SIGNS = (
    "OPEN CLOSED SALE EXIT ENTRANCE PUSH PULL STOP TAXI BUS PARKING HOTEL CAFE BAR RESTAURANT PIZZA BAKERY BANK "
    "ATM PHARMACY SHOP STORE MARKET SUPERMARKET FASHION SHOES BOOKS COFFEE TEA FRESH FRUIT JUICE BURGER GRILL "
    "SUSHI NOODLE CHICKEN RICE SALON HAIR BEAUTY SPA NAILS DENTAL CLINIC OPTICAL SCHOOL LIBRARY MUSEUM GALLERY "
    "THEATRE CINEMA STATION PLATFORM TERMINAL GATE LEVEL FLOOR LIFT STAIRS TOILET INFORMATION TICKETS CASHIER "
    "SERVICE REPAIR GARAGE MOTORS TYRES PETROL DIESEL DANGER CAUTION WARNING PRIVATE KEEP OUT NO ENTRY SMOKING "
    "SLOW SCHOOL ZONE ONE WAY GIVE YIELD SPEED LIMIT FIRE HOSE ALARM EMERGENCY WELCOME THANK YOU NEW FREE DISCOUNT "
    "OFFER SPECIAL TODAY ONLY"
).split()
